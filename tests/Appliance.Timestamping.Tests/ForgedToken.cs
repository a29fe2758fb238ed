using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tests.Keys;
using Appliance.Timestamping.Tokens;
using AlgorithmIdentifier = Appliance.Timestamping.Asn1.AlgorithmIdentifier;

namespace Appliance.Timestamping.Tests;

/// <summary>A token of ours taken apart, to be changed and signed anew with the same key.</summary>
internal sealed class ForgedToken
{
    private readonly DerNode _token;
    private readonly DerNode _signer;
    private readonly DerNode _content;

    public ForgedToken(byte[] token)
    {
        _token = DerNode.Parse(token);
        _content = SignedData[2].Children![1];
        _signer = SignedData[^1].Children![0];
    }

    /// <summary>TSTInfo.</summary>
    public DerNode Info => _content.Children![0].Children![0];

    /// <summary>The signed attributes.</summary>
    public DerNode Attributes => _signer.Children![3];

    /// <summary>What SignedData carries.</summary>
    public DerNode Certificates => SignedData[3];

    private List<DerNode> SignedData => _token.Children![1].Children![0].Children!;

    /// <summary>Another certificate of the same key signs: all that names the signer names it.</summary>
    /// <param name="certificate">The other one.</param>
    /// <param name="hash">Of ESSCertIDv2; null for SHA-256, the default.</param>
    public void UseCertificate(X509Certificate2 certificate, HashAlgorithmName? hash = null)
    {
        Certificates.Children = [DerNode.Parse(certificate.RawData), DerNode.Parse(Authority.Root.RawData)];
        _signer.Children![1].Children![1].Contents = certificate.SerialNumberBytes.ToArray();
        var usual = EssCertIdV2.For(certificate);
        var identifier = hash is { } other
            ? usual with
            {
                HashAlgorithm = new AlgorithmIdentifier(ImprintAlgorithm.ByName(other).Oid),
                CertificateHash = CryptographicOperations.HashData(other, certificate.RawData),
            }
            : usual;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        new SigningCertificateV2([identifier]).Encode(writer);
        Attributes.Children![2].Children![1].Children = [DerNode.Parse(writer.Encode())];
    }

    /// <summary>Says that all is hashed by another algorithm.</summary>
    public void UseDigest(string oid)
    {
        var contents = Der.EncodeOid(oid)[2..];
        SignedData[1].Children![0].Children![0].Contents = contents;
        _signer.Children![2].Children![0].Contents = contents;
    }

    /// <summary>The token, with the digest of what TSTInfo is now, if there is room, and a signature.</summary>
    public byte[] Sign(MemoryKey key, HashAlgorithmName digest)
    {
        var hash = CryptographicOperations.HashData(digest, Info.Encode());
        foreach (var node in Attributes.All.Where(node => node.Tag == Der.OctetString && node.Contents.Length == 32))
        {
            // The first one; the certificate's hash is the other.
            node.Contents = hash;
            break;
        }

        byte[] attributes = Attributes.Encode();
        attributes[0] = Der.Set;
        _signer.Children![^1].Children = null;
        _signer.Children![^1].Contents = key.Sign(CryptographicOperations.HashData(digest, attributes), digest);
        return _token.Encode();
    }
}
