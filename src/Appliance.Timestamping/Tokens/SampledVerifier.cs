using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>
/// Verifies the first and then one in so many signatures with the certificate's public key: a token that signs wrongly
/// is noticed though a verification costs more than an ECDSA signature. After a wrong one it verifies all, until one is
/// right again. Any thread.
/// </summary>
internal sealed class SampledVerifier : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private readonly int _length;
    private readonly HashAlgorithmName _digest;
    private readonly uint _oneIn;
    private uint _count;
    private volatile bool _isSuspicious;

    /// <param name="certificate">With an RSA or EC key.</param>
    /// <param name="digest">Hash of the signature.</param>
    /// <param name="oneIn">1 verifies all.</param>
    public SampledVerifier(X509Certificate2 certificate, HashAlgorithmName digest, int oneIn)
    {
        _rsa = certificate.GetRSAPublicKey();
        _ecdsa = certificate.GetECDsaPublicKey();
        _length = ((_rsa?.KeySize ?? _ecdsa!.KeySize) + 7) / 8;
        _digest = digest;
        _oneIn = (uint)oneIn;
    }

    /// <summary>
    /// True also for a signature that is not among the samples, as long as it has the form of the key's. Never throws.
    /// </summary>
    public bool Accepts(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var count = unchecked(Interlocked.Increment(ref _count) - 1);
        if (count % _oneIn != 0 && !_isSuspicious)
        {
            var hasForm = _rsa is not null ? signature.Length == _length : IsEcdsaSignature(signature, _length);
            _isSuspicious |= !hasForm;
            return hasForm;
        }

        var isRight = Verify(hash, signature);
        _isSuspicious = !isRight;
        return isRight;
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }

    /// <summary>Ecdsa-Sig-Value (RFC 3279 section 2.2.3) with two positive numbers that fit the curve.</summary>
    private static bool IsEcdsaSignature(ReadOnlySpan<byte> signature, int length)
    {
        var outer = new DerReader(signature);
        return outer.TryEnter(Der.Sequence, out var numbers) && outer.IsAtEnd
            && numbers.TryRead(Der.Integer, out var r) && IsBelow(r, length)
            && numbers.TryRead(Der.Integer, out var s) && IsBelow(s, length)
            && numbers.IsAtEnd;
    }

    private static bool IsBelow(ReadOnlySpan<byte> number, int length)
        => Der.IsInteger(number) && number[0] < 0x80 && number is not [0]
            && number.Length - (number[0] == 0 ? 1 : 0) <= length;

    private bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        // Key objects of the platform are not for several threads at once.
        lock (_gate)
        {
            try
            {
                return _rsa?.VerifyHash(hash, signature, _digest, RSASignaturePadding.Pkcs1)
                    ?? _ecdsa!.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
            }
            catch (CryptographicException)
            {
                // What cannot be verified does not leave.
                return false;
            }
        }
    }
}
