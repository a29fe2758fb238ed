using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>Tokens as careless or hostile authorities make them, with .NET's CMS.</summary>
internal static class HomemadeToken
{
    /// <summary>A token over a SHA-256 digest.</summary>
    public static byte[] Make(
        X509Certificate2 signer,
        ReadOnlySpan<byte> digest,
        DateTimeOffset time,
        bool pss = false,
        string imprint = "2.16.840.1.101.3.4.2.1")
    {
        var content = new ContentInfo(new Oid("1.2.840.113549.1.9.16.1.4"), TstInfo(digest, time, imprint));
        var cms = new SignedCms(content);
        var by = pss
            ? new CmsSigner(
                SubjectIdentifierType.IssuerAndSerialNumber,
                signer,
                signer.GetRSAPrivateKey(),
                RSASignaturePadding.Pss)
            : new CmsSigner(signer);
        by.IncludeOption = X509IncludeOption.EndCertOnly;
        by.DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1");
        by.SignedAttributes.Add(new AsnEncodedData("1.2.840.113549.1.9.16.2.47", SigningCertificate(signer)));
        cms.ComputeSignature(by);
        return cms.Encode();
    }

    private static byte[] TstInfo(ReadOnlySpan<byte> digest, DateTimeOffset time, string imprint)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier("1.2.3.4");
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(imprint);
                }

                writer.WriteOctetString(digest);
            }

            writer.WriteInteger(4711);
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        }

        return writer.Encode();
    }

    private static byte[] SigningCertificate(X509Certificate2 signer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteOctetString(SHA256.HashData(signer.RawData));
        }

        return writer.Encode();
    }
}
