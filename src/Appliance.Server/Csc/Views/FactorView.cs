using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Rules;
using Appliance.Storage;

namespace Appliance.Server.Csc.Views;

/// <summary>What a credential asks for, in the forms of the two versions (CSC API v1 11.5, v2 11.5).</summary>
internal static class FactorView
{
    private const string Explicit = "explicit";
    private const string Digits = "N";
    private const string OtpLabel = "Code from your authenticator app";
    private const string CodeLabel = "Code that you are sent";
    private const string PinLabel = "PIN";
    private const string ApprovalLabel = "Approval by the link that you are sent";
    private const CredentialFactors Otp = CredentialFactors.Totp | CredentialFactors.Code;

    /// <summary>
    /// Version 1's mode: implicit where nothing is typed into the client, because the signer approves elsewhere or a
    /// client uses a seal by itself.
    /// </summary>
    public static string Mode1(CredentialFactors factors)
        => (factors & ~CredentialFactors.Approval) == CredentialFactors.None ? "implicit" : Explicit;

    /// <summary>Version 1's PIN; null in implicit mode.</summary>
    public static PinAnswer? Pin1(CredentialFactors factors)
    {
        if (Mode1(factors) != Explicit)
        {
            return null;
        }

        return factors.HasFlag(CredentialFactors.Pin) ? new("true", Digits, PinLabel) : new("false", null, null);
    }

    /// <summary>
    /// Version 1's OTP; null in implicit mode. Optional where the signer's approval does instead: without an OTP the
    /// call waits for that.
    /// </summary>
    public static OtpAnswer? Otp1(CredentialFactors factors)
    {
        if (Mode1(factors) != Explicit)
        {
            return null;
        }

        if ((factors & Otp) == CredentialFactors.None)
        {
            return new("false", null, null, null, null, null);
        }

        var presence = factors.HasFlag(CredentialFactors.Approval) ? "optional" : "true";
        return factors.HasFlag(CredentialFactors.Code)
            ? new(presence, "online", Digits, CodeLabel, FactorRules.OtpId, "sms")
            : new(presence, "offline", Digits, OtpLabel, FactorRules.OtpId, "totp");
    }

    /// <summary>
    /// Version 2's auth. An approval is an object of its own, out of band, also where nothing else is asked for: a
    /// client that shows it tells the signer what to wait for, and one that sends an empty authData is served as well.
    /// </summary>
    public static AuthAnswer Auth2(CredentialFactors factors, bool withObjects)
    {
        if (!withObjects)
        {
            return new(Explicit, null, null);
        }

        var objects = new List<AuthObjectAnswer>();
        if (factors.HasFlag(CredentialFactors.Pin))
        {
            objects.Add(new("Password", FactorRules.PinId, Digits, PinLabel, null));
        }

        if (factors.HasFlag(CredentialFactors.Totp))
        {
            objects.Add(new("Password", FactorRules.OtpId, Digits, OtpLabel, "totp"));
        }

        if (factors.HasFlag(CredentialFactors.Code))
        {
            objects.Add(new("ChallengeResponse", FactorRules.OtpId, Digits, CodeLabel, "sms"));
        }

        if (factors.HasFlag(CredentialFactors.Approval))
        {
            objects.Add(new("ChallengeResponseOOB", FactorRules.ApprovalId, null, ApprovalLabel, null));
        }

        return new(Explicit, Expression(factors), objects);
    }

    /// <summary>Null where nothing is asked for.</summary>
    private static string? Expression(CredentialFactors factors)
    {
        var pin = factors.HasFlag(CredentialFactors.Pin) ? FactorRules.PinId : null;
        var otp = (factors & Otp) == CredentialFactors.None ? null : FactorRules.OtpId;
        var approval = factors.HasFlag(CredentialFactors.Approval) ? FactorRules.ApprovalId : null;
        var choice = otp is not null && approval is not null ? $"{otp} OR {approval}" : otp ?? approval;
        if (pin is null || choice is null)
        {
            return pin ?? choice;
        }

        return otp is not null && approval is not null ? $"{pin} AND ({choice})" : $"{pin} AND {choice}";
    }
}
