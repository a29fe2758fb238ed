using Appliance.Pkcs11;

namespace Appliance.Signing.Algorithms;

/// <summary>
/// From what a client names (signAlgo, hashAlgo, signAlgoParams) to what the token does. Leaf of
/// <see cref="SigningService"/>: pure, no state.
/// </summary>
internal static class SchemeResolver
{
    /// <summary>
    /// Resolves the scheme for a key. A hash algorithm that repeats what the signature algorithm implies is fine, one
    /// that contradicts it means that the client digested with another algorithm: refused, since SHA-256 and SHA3-256
    /// digests have the same length (csc-api section 6).
    /// </summary>
    public static SigningStatus Resolve(
        SignHashRequest request,
        IReadOnlyList<string> allowed,
        out SignatureScheme? scheme)
    {
        scheme = null;
        if (!Contains(allowed, request.SignatureAlgorithm)
            || SignatureAlgorithm.Find(request.SignatureAlgorithm) is not { } algorithm)
        {
            return SigningStatus.SignatureAlgorithmInvalid;
        }

        HashAlgorithm? named = null;
        if (request.HashAlgorithm is not null && (named = HashAlgorithm.Find(request.HashAlgorithm)) is null)
        {
            return SigningStatus.HashAlgorithmInvalid;
        }

        var implied = algorithm.Hash;
        var saltLength = 0;
        if (algorithm.Kind == SignatureKind.RsaPss)
        {
            if (request.SignatureParameters is null)
            {
                return SigningStatus.SignatureParametersMissing;
            }

            if (!PssParameters.TryDecode(request.SignatureParameters, out var pss))
            {
                return SigningStatus.SignatureParametersInvalid;
            }

            (implied, saltLength) = (pss.Hash, pss.SaltLength);
        }

        var hash = implied ?? named;
        if (hash is null)
        {
            return SigningStatus.HashAlgorithmMissing;
        }

        if (named is not null && named != hash)
        {
            return SigningStatus.HashAlgorithmInvalid;
        }

        scheme = algorithm.Scheme ?? new SignatureScheme(algorithm.Kind, hash.Name, saltLength);
        return SigningStatus.Ok;
    }

    private static bool Contains(IReadOnlyList<string> allowed, string oid)
    {
        for (var i = 0; i < allowed.Count; i++)
        {
            if (string.Equals(allowed[i], oid, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
