using Appliance.Factors;
using Appliance.Identity;
using Appliance.Server.Commands;
using Appliance.Storage;

namespace Appliance.Server.Enrolments;

/// <summary>Results of enrolment as both wires tell them.</summary>
internal static class FactorAnswers
{
    /// <summary>The answer; the secret of a pairing is in it and nowhere else from now on.</summary>
    public static FactorAnswer From(EnrolmentResult result)
    {
        using var pairing = result.Pairing;
        var uri = pairing?.Uri();
        return new FactorAnswer
        {
            SignerId = result.SignerId == Guid.Empty ? null : result.SignerId.ToString("D"),
            Purpose = NameOf(result.Purpose),
            Confirmed = result.Purpose is null ? null : result.Confirmed,
            LinkExpiresAt = result.LinkExpiresAt == 0 ? null : result.LinkExpiresAt,
            Sent = result.Code?.Sent,
            SentTo = result.MaskedTo,
            ExpiresAt = result.Code?.ExpiresAt,
            ResendAt = result.Code?.ResendAt,
            UserName = result.UserName,
            DisplayName = result.DisplayName,
            Email = result.MaskedEmail,
            Phone = result.MaskedPhone,
            OtpauthUri = uri,
            Secret = pairing?.SecretText(),
            QrSvg = uri is null ? null : QrCode.Svg(uri),
            QrPng = uri is null ? null : QrCode.Png(uri),
        };
    }

    /// <summary>What a signer has.</summary>
    public static FactorAnswer FromStatus(EnrolmentResult result) => new()
    {
        SignerId = result.SignerId.ToString("D"),
        Totp = NameOf(result.Totp),
        Pin = NameOf(result.Pin),
        Password = result.HasPassword,
        Email = result.MaskedEmail,
        Phone = result.MaskedPhone,
    };

    private static string? NameOf(LinkPurpose? purpose) => purpose switch
    {
        LinkPurpose.Activation => "activation",
        LinkPurpose.Pairing => "pairing",
        LinkPurpose.Recovery => "recovery",
        LinkPurpose.Approval => "approval",
        _ => null,
    };

    private static string NameOf(FactorState? state) => state switch
    {
        FactorState.Pending => "pending",
        FactorState.Active => "active",
        FactorState.Locked => "locked",
        _ => "none",
    };
}
