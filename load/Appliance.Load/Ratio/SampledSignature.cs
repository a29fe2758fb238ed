using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Load.Ratio;

/// <summary>A signature kept for verification after the clock has stopped.</summary>
internal sealed record SampledSignature(Activation Activation, int HashIndex, byte[] Signature)
{
    public bool Verifies()
    {
        using var certificate = X509Certificate2.CreateFromPem(Activation.CertificatePem);
        var hash = Activation.Hash(HashIndex);
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null)
        {
            return rsa.VerifyHash(hash, Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        using var ecdsa = certificate.GetECDsaPublicKey()!;
        return ecdsa.VerifyHash(hash, Signature, DSASignatureFormat.Rfc3279DerSequence);
    }
}
