using Appliance.Server.Csc.Fields;
using Appliance.Signing;

namespace Appliance.Server.Csc.Rules;

/// <summary>
/// What a client sent to prove the signer's will: PIN and OTP in version 1, authData in version 2; either version's
/// form serves where the other is absent.
/// </summary>
internal static class FactorRules
{
    /// <summary>The PIN's id (auth.objects[].id).</summary>
    public const string PinId = "PIN";

    /// <summary>The one-time password's id, whether an authenticator shows it or it is sent (OTP.ID too).</summary>
    public const string OtpId = "OTP";

    /// <summary>The id of the approval out of band.</summary>
    public const string ApprovalId = "APPROVAL";

    private static readonly string[] s_ids = [PinId, OtpId, ApprovalId];

    /// <summary>
    /// An id that no credential has, and one that comes twice, are refused: nobody can tell what was meant, and a
    /// misspelt one would else be told as missing. Nothing is tried for it. A proof that this credential does not ask
    /// for is ignored, as an unknown parameter is: clients send what the signer typed.
    /// </summary>
    public static CscError? Read(
        CscVersion version, FieldText pin, FieldText otp, FieldAuthData data, out SuppliedFactors factors)
    {
        factors = SuppliedFactors.None;
        if (pin.IsWrongType || otp.IsWrongType)
        {
            return CscErrors.MissingString(pin.IsWrongType ? "PIN" : "OTP");
        }

        if (data.State == FieldState.WrongType)
        {
            return CscErrors.MissingArray("authData");
        }

        var found = new string?[s_ids.Length];
        foreach (var (id, value) in data.Values)
        {
            var at = Array.FindIndex(s_ids, known => known.Equals(id, StringComparison.OrdinalIgnoreCase));
            if (at < 0 || found[at] is not null)
            {
                return CscErrors.InvalidAuthenticationData;
            }

            found[at] = value;
        }

        factors = new SuppliedFactors
        {
            Pin = Choose(version, pin, found[0]),
            OneTimePassword = Choose(version, otp, found[1]),
        };
        return null;
    }

    /// <summary>Empty is absent, as everywhere.</summary>
    private static string? Choose(CscVersion version, FieldText field, string? value)
    {
        value = string.IsNullOrEmpty(value) ? null : value;
        return version == CscVersion.V1 ? field.ValueOrNull ?? value : value ?? field.ValueOrNull;
    }
}
