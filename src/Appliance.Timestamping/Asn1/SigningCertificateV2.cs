using System.Formats.Asn1;

namespace Appliance.Timestamping.Asn1;

/// <summary>SigningCertificateV2 (RFC 5035 section 3), without policies.</summary>
/// <param name="Certificates">The signer's certificate first; at least one.</param>
internal readonly record struct SigningCertificateV2(IReadOnlyList<EssCertIdV2> Certificates)
{
    /// <exception cref="AsnContentException">Not a SigningCertificateV2.</exception>
    public static SigningCertificateV2 Decode(AsnReader reader)
    {
        var outer = reader.ReadSequence();
        var list = outer.ReadSequence();
        var certificates = new List<EssCertIdV2>();
        while (list.HasData)
        {
            certificates.Add(EssCertIdV2.Decode(list));
        }

        if (outer.HasData)
        {
            outer.ReadSequence();
        }

        outer.ThrowIfNotEmpty();
        return certificates.Count > 0
            ? new SigningCertificateV2(certificates)
            : throw new AsnContentException("A SigningCertificateV2 without a certificate.");
    }

    public void Encode(AsnWriter writer)
    {
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            foreach (var certificate in Certificates)
            {
                certificate.Encode(writer);
            }
        }
    }
}
