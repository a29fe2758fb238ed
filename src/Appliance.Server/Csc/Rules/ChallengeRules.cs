using Appliance.Server.Csc.Inputs;

namespace Appliance.Server.Csc.Rules;

/// <summary>The parameters of sendOTP and getChallenge.</summary>
internal static class ChallengeRules
{
    /// <summary>
    /// getChallenge's table knows one text for each parameter, whether it is missing or wrong (csc-api 3.2).
    /// </summary>
    public static CscError? Read(ChallengeInput input, CscVersion version, out Guid? named)
    {
        var error = CommonRules.ReadCredentialId(input.CredentialId, out var id);
        named = error is null ? id : null;
        if (version == CscVersion.V1)
        {
            return error;
        }

        if (error is not null)
        {
            return CscErrors.InvalidParameter("credentialID");
        }

        return input.AuthObjectId.ValueOrNull is { } wanted
            && wanted.Equals(FactorRules.OtpId, StringComparison.OrdinalIgnoreCase)
                ? null
                : CscErrors.InvalidParameter("authObjectID");
    }
}
