using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Rules;

/// <summary>The parameters that authorize, extendTransaction and signHash share.</summary>
internal static class HashRules
{
    /// <summary>Digests and their algorithm under the version's own names, else under the other version's.</summary>
    public static (FieldHashes Hashes, FieldText Algorithm) Choose(
        CscVersion version, FieldHashes hash, FieldHashes hashes, FieldText hashAlgo, FieldText hashAlgorithmOid)
        => version == CscVersion.V1
            ? (hash.Or(hashes), hashAlgo.Or(hashAlgorithmOid))
            : (hashes.Or(hash), hashAlgorithmOid.Or(hashAlgo));

    /// <summary>The fault of digests that were sent; null when they are absent, empty or good.</summary>
    public static CscError? Check(FieldHashes hashes, string name) => hashes.State switch
    {
        HashesState.WrongType => CscErrors.MissingArray(name),
        HashesState.NotBase64 => CscErrors.HashNotBase64,
        HashesState.TooMany => CscErrors.TooManyHashes,
        _ => null,
    };

    public static string HashName(CscVersion version) => version == CscVersion.V1 ? "hash" : "hashes";

    public static string AlgorithmName(CscVersion version)
        => version == CscVersion.V1 ? "hashAlgo" : "hashAlgorithmOID";
}
