using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Appliance.Pkcs11.Keys;

/// <summary>
/// RSASSA-PSS verification with any salt length (RFC 8017 sections 8.1.2 and 9.1.2), since the platform's takes only
/// salts as long as the hash. Public values only; runs once per key found, not per signature.
/// </summary>
internal static class PssVerifier
{
    private const byte Trailer = 0xBC;

    public static bool Verify(
        in RSAParameters key, SignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var modulus = new BigInteger(key.Modulus, isUnsigned: true, isBigEndian: true);
        var exponent = new BigInteger(key.Exponent, isUnsigned: true, isBigEndian: true);
        var value = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        var message = BigInteger.ModPow(value, exponent, modulus).ToByteArray(isUnsigned: true, isBigEndian: true);

        var emBits = checked((int)modulus.GetBitLength() - 1);
        var encoded = new byte[(emBits + 7) / 8];
        if (value >= modulus || message.Length > encoded.Length)
        {
            return false;
        }

        message.CopyTo(encoded, encoded.Length - message.Length);
        return Matches(encoded, emBits, scheme, hash);
    }

    /// <summary>EMSA-PSS-VERIFY, steps 3 to 14.</summary>
    private static bool Matches(byte[] encoded, int emBits, SignatureScheme scheme, ReadOnlySpan<byte> hash)
    {
        var dbLength = encoded.Length - hash.Length - 1;
        var spareBits = (8 * encoded.Length) - emBits;
        var padding = dbLength - scheme.SaltLength - 1;
        if (padding < 0 || encoded[^1] != Trailer || encoded[0] >> (8 - spareBits) != 0)
        {
            return false;
        }

        var db = encoded.AsSpan(0, dbLength);
        var h = encoded.AsSpan(dbLength, hash.Length);
        Unmask(db, h, scheme.HashAlgorithm);
        db[0] &= (byte)(0xFF >> spareBits);
        if (db[..padding].ContainsAnyExcept((byte)0) || db[padding] != 1)
        {
            return false;
        }

        var prime = new byte[8 + hash.Length + scheme.SaltLength];
        hash.CopyTo(prime.AsSpan(8));
        db[(padding + 1)..].CopyTo(prime.AsSpan(8 + hash.Length));
        return CryptographicOperations.HashData(scheme.HashAlgorithm, prime).AsSpan().SequenceEqual(h);
    }

    /// <summary>MGF1 (appendix B.2.1), applied.</summary>
    private static void Unmask(Span<byte> db, ReadOnlySpan<byte> seed, HashAlgorithmName algorithm)
    {
        var block = new byte[seed.Length + sizeof(uint)];
        seed.CopyTo(block);
        for (var at = 0; at < db.Length; at += seed.Length)
        {
            BinaryPrimitives.WriteInt32BigEndian(block.AsSpan(seed.Length), at / seed.Length);
            var mask = CryptographicOperations.HashData(algorithm, block);
            for (var i = 0; i < mask.Length && at + i < db.Length; i++)
            {
                db[at + i] ^= mask[i];
            }
        }
    }
}
