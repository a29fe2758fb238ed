using System.Security.Cryptography;

namespace Appliance.Pkcs11.Hosting;

/// <summary>Signature schemes as three bytes: kind, hash, salt.</summary>
internal sealed class SchemeNumbers
{
    private static readonly HashAlgorithmName[] s_hashes =
    [
        HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512,
        HashAlgorithmName.SHA3_256, HashAlgorithmName.SHA3_384, HashAlgorithmName.SHA3_512,
    ];

    private readonly Dictionary<(byte Kind, byte Hash, byte Salt), SignatureScheme> _schemes = [];

    public static void Write(FrameWriter frame, SignatureScheme scheme)
        => frame.Byte((byte)scheme.Kind)
            .Byte((byte)Array.IndexOf(s_hashes, scheme.HashAlgorithm))
            .Byte((byte)scheme.SaltLength);

    /// <summary>Null, and the reader is bad, when they are none.</summary>
    public SignatureScheme? Read(ref FrameReader reader)
    {
        var numbers = (reader.Byte(), reader.Byte(), reader.Byte());
        if (_schemes.TryGetValue(numbers, out var scheme))
        {
            return scheme;
        }

        var (kind, hash, salt) = numbers;
        if (reader.IsBad || kind > (byte)SignatureKind.EcdsaPlain || hash >= s_hashes.Length)
        {
            reader.Refuse();
            return null;
        }

        try
        {
            var isPss = (SignatureKind)kind == SignatureKind.RsaPss;
            scheme = new SignatureScheme((SignatureKind)kind, s_hashes[hash], isPss ? salt : null);
            _schemes[numbers] = scheme;
            return scheme;
        }
        catch (ArgumentException)
        {
            reader.Refuse();
            return null;
        }
    }
}
