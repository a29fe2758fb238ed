using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Timestamping.Tokens;

/// <summary>
/// Verifies the first and then one in so many signatures with the certificate's public key: a token that signs wrongly
/// is noticed though a verification costs more than an ECDSA signature. After a wrong one each is verified until one is
/// right.
/// </summary>
internal sealed class SampledVerifier : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private readonly int _rsaLength;
    private readonly HashAlgorithmName _digest;
    private readonly uint _oneIn;
    private uint _count;
    private volatile bool _distrusts;

    /// <param name="certificate">With an RSA or EC key.</param>
    /// <param name="digest">Hash of the signature.</param>
    /// <param name="oneIn">1 verifies all.</param>
    public SampledVerifier(X509Certificate2 certificate, HashAlgorithmName digest, int oneIn)
    {
        _rsa = certificate.GetRSAPublicKey();
        _ecdsa = certificate.GetECDsaPublicKey();
        _rsaLength = (_rsa?.KeySize ?? 0) / 8;
        _digest = digest;
        _oneIn = (uint)oneIn;
    }

    /// <summary>
    /// True also for a signature that is not among the samples, as long as it has an RSA key's length.
    /// </summary>
    public bool Accepts(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (_rsaLength != 0 && signature.Length != _rsaLength)
        {
            return false;
        }

        var count = unchecked(Interlocked.Increment(ref _count) - 1);
        if (count % _oneIn != 0 && !_distrusts)
        {
            return true;
        }

        var isRight = Verify(hash, signature);
        _distrusts = !isRight;
        return isRight;
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }

    private bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        // Key objects of the platform are not for several threads at once.
        lock (_gate)
        {
            return _rsa?.VerifyHash(hash, signature, _digest, RSASignaturePadding.Pkcs1)
                ?? _ecdsa!.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
    }
}
