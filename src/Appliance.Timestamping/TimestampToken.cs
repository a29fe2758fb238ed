using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>What a token says, before anything of it is verified.</summary>
/// <param name="Policy">Dotted decimal.</param>
/// <param name="HashAlgorithm">Of the imprint.</param>
/// <param name="Digest">The imprint's.</param>
/// <param name="SerialNumber">Big-endian.</param>
/// <param name="Time">genTime.</param>
/// <param name="Accuracy">Null when it declares none.</param>
/// <param name="Nonce">Contents octets; empty when it has none.</param>
public readonly record struct TimestampToken(
    string Policy,
    HashAlgorithmName HashAlgorithm,
    ReadOnlyMemory<byte> Digest,
    ReadOnlyMemory<byte> SerialNumber,
    DateTimeOffset Time,
    TimestampAccuracy? Accuracy,
    ReadOnlyMemory<byte> Nonce)
{
    /// <summary>Reads a token.</summary>
    /// <param name="token">DER of the ContentInfo.</param>
    /// <exception cref="AsnContentException">Not a token, or with an imprint of an unknown hash algorithm.</exception>
    public static TimestampToken Decode(ReadOnlyMemory<byte> token)
    {
        var cms = new SignedCms();
        try
        {
            cms.Decode(token.Span);
        }
        catch (CryptographicException e)
        {
            throw new AsnContentException("Not a CMS SignedData.", e);
        }

        if (!string.Equals(cms.ContentInfo.ContentType.Value, Oids.TstInfo, StringComparison.Ordinal))
        {
            throw new AsnContentException("A SignedData whose content is no TSTInfo.");
        }

        var info = TstInfo.Decode(cms.ContentInfo.Content);
        var algorithm = ImprintAlgorithm.All.FirstOrDefault(
            known => string.Equals(known.Oid, info.MessageImprint.HashAlgorithm.Oid, StringComparison.Ordinal));
        return algorithm.Length > 0
            ? new TimestampToken(
                info.Policy,
                algorithm.Name,
                info.MessageImprint.HashedMessage,
                info.SerialNumber,
                info.GenTime,
                info.Accuracy,
                info.Nonce)
            : throw new AsnContentException("A token with an imprint of an unknown hash algorithm.");
    }
}
