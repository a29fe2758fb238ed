using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Signing;

namespace Appliance.Server.Csc.Rules;

/// <summary>
/// From what a client sent to an <see cref="AuthorizeRequest"/>, or the error of the first wrong parameter.
/// </summary>
internal static class AuthorizeRules
{
    /// <summary>The id of the only authentication object: the one-time password (OTP.ID, auth.objects[].id).</summary>
    public const string OtpId = "OTP";

    public static CscError? Read(
        AuthorizeInput input, CscVersion version, Caller caller, out Guid? named, out AuthorizeRequest? request)
    {
        request = null;
        var error = CommonRules.ReadCredentialId(input.CredentialId, out var credentialId);
        named = error is null ? credentialId : null;
        if (error is not null || (error = CheckCount(input.NumSignatures)) is not null)
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

        string? code = null;
        if (algorithm.IsWrongType)
        {
            return CscErrors.MissingString(HashRules.AlgorithmName(version));
        }

        error = PurposeRules.Read(input.Purpose, out var purpose) ?? ReadCode(input, version, out code);
        if (error is not null)
        {
            return error;
        }

        request = new AuthorizeRequest
        {
            Caller = caller,
            Purpose = purpose,
            CredentialId = credentialId,
            SignatureCount = (int)Math.Min(input.NumSignatures.Value, int.MaxValue),
            Hashes = hashes.Values,
            HashAlgorithm = algorithm.ValueOrNull,
            OneTimePassword = code,
        };
        return null;
    }

    private static CscError? CheckCount(FieldNumber count)
    {
        if (!count.IsPresent)
        {
            return CscErrors.MissingInteger("numSignatures");
        }

        return count.Value < 1 ? StatusTable.ErrorFor(SigningStatus.SignatureCountInvalid, CscVersion.V1) : null;
    }

    /// <summary>
    /// OTP in version 1, authData's OTP in version 2; either version's form serves where the other is absent. A PIN is
    /// never asked for: one that is sent is ignored.
    /// </summary>
    private static CscError? ReadCode(AuthorizeInput input, CscVersion version, out string? code)
    {
        code = null;
        if (input.Otp.IsWrongType)
        {
            return CscErrors.MissingString("OTP");
        }

        if (input.AuthData.State == FieldState.WrongType)
        {
            return CscErrors.MissingArray("authData");
        }

        var otp = input.Otp.ValueOrNull;
        var data = input.AuthData.Find(OtpId);
        code = version == CscVersion.V1 ? otp ?? data : data ?? otp;
        return null;
    }
}
