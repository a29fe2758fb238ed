using Appliance.Server.Csc.Inputs;
using Appliance.Signing;

namespace Appliance.Server.Csc.Rules;

/// <summary>
/// From what a client sent to an <see cref="ExtendRequest"/>, or the error of the first wrong parameter.
/// </summary>
internal static class ExtendRules
{
    public static CscError? Read(
        ExtendInput input, CscVersion version, Caller caller, out Guid? named, out ExtendRequest? request)
    {
        request = null;
        var error = CommonRules.ReadCredentialId(input.CredentialId, out var credentialId);
        named = error is null ? credentialId : null;
        if (error is not null || (error = CommonRules.CheckSad(input.Sad)) is not null)
        {
            return error;
        }

        var (hashes, algorithm) = HashRules.Choose(
            version, input.Hash, input.Hashes, input.HashAlgo, input.HashAlgorithmOid);
        error = HashRules.Check(hashes, HashRules.HashName(version));
        if (error is not null)
        {
            return error;
        }

        if (algorithm.IsWrongType)
        {
            return CscErrors.MissingString(HashRules.AlgorithmName(version));
        }

        request = new ExtendRequest
        {
            Caller = caller,
            CredentialId = credentialId,
            Sad = input.Sad.Value,
            Hashes = hashes.Values,
            HashAlgorithm = algorithm.ValueOrNull,
        };
        return null;
    }
}
