using System.Security.Cryptography;

namespace Appliance.Pkcs11.Tests.Tokens;

/// <summary>Every key algorithm with every scheme it can be used with.</summary>
internal static class AlgorithmData
{
    private static readonly HashAlgorithmName[] s_sha2 =
        [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    private static readonly HashAlgorithmName[] s_sha3 =
        [HashAlgorithmName.SHA3_256, HashAlgorithmName.SHA3_384, HashAlgorithmName.SHA3_512];

    public static IEnumerable<SignatureScheme> SchemesFor(KeyAlgorithm algorithm)
    {
        foreach (var hash in s_sha2.Concat(s_sha3))
        {
            if (algorithm is KeyAlgorithm.Rsa2048 or KeyAlgorithm.Rsa3072 or KeyAlgorithm.Rsa4096)
            {
                yield return new SignatureScheme(SignatureKind.RsaPkcs1, hash);
            }
            else
            {
                yield return new SignatureScheme(SignatureKind.EcdsaDer, hash);
                yield return new SignatureScheme(SignatureKind.EcdsaPlain, hash);
            }
        }

        if (algorithm is KeyAlgorithm.Rsa2048 or KeyAlgorithm.Rsa3072 or KeyAlgorithm.Rsa4096)
        {
            foreach (var hash in s_sha2)
            {
                yield return new SignatureScheme(SignatureKind.RsaPss, hash);
            }
        }
    }

    public static TheoryData<KeyAlgorithm> All => [.. Enum.GetValues<KeyAlgorithm>()];
}
