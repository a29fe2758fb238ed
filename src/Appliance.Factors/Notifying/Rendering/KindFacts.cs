namespace Appliance.Factors.Notifying.Rendering;

/// <summary>What belongs to a kind of message.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">Its name on the wire and in the names of files; never changes.</param>
/// <param name="Channels">How it goes: the channels that have a template of it.</param>
/// <param name="Needed">Values without which it would be of no use: every template has them.</param>
/// <param name="Other">Values that a template may have.</param>
/// <param name="Page">The portal's page that a link leads to; null for a kind without one.</param>
internal sealed record KindFacts(
    NoticeKind Kind,
    string Name,
    IReadOnlyList<NoticeChannel> Channels,
    IReadOnlyList<string> Needed,
    IReadOnlyList<string> Other,
    string? Page = null)
{
    private static readonly NoticeChannel[] s_email = [NoticeChannel.Email];
    private static readonly NoticeChannel[] s_sms = [NoticeChannel.Sms];
    private static readonly string[] s_link = ["link"];
    private static readonly string[] s_code = ["code"];

    /// <summary>All kinds, in the order of their numbers.</summary>
    public static IReadOnlyList<KindFacts> All { get; } =
    [
        new(NoticeKind.PairingLink, "pairing-link", s_email, s_link, [], "pairing"),
        new(NoticeKind.PairingCode, "pairing-code", s_sms, s_code, []),
        new(NoticeKind.ActivationLink, "activation-link", s_email, s_link, [], "activation"),
        new(NoticeKind.ActivationCode, "activation-code", s_sms, s_code, []),
        new(NoticeKind.RecoveryLink, "recovery-link", s_email, s_link, [], "recovery"),
        new(NoticeKind.RecoveryCode, "recovery-code", s_sms, s_code, []),
        new(NoticeKind.PhoneChangeCode, "phone-change-code", s_email, s_code, []),
        new(NoticeKind.NewPhoneCode, "new-phone-code", s_sms, s_code, []),
        new(NoticeKind.PhoneChanged, "phone-changed", s_email, [], ["oldPhone", "newPhone"]),
        new(NoticeKind.FactorLocked, "factor-locked", s_email, [], ["link"], "pairing"),
        new(
            NoticeKind.SigningCode,
            "signing-code",
            [NoticeChannel.Email, NoticeChannel.Sms],
            s_code,
            ["operation", "client"]),
        new(
            NoticeKind.ApprovalLink,
            "approval-link",
            s_email,
            s_link,
            ["operation", "labels", "digests", "client", "count"],
            "approval"),
        new(NoticeKind.PackageLow, "package-low", s_email, [], ["remaining", "total", "credential"]),
        new(NoticeKind.SignerLimited, "signer-limited", s_email, [], ["state"]),
    ];

    /// <summary>The facts of a kind; null for a number that is none.</summary>
    public static KindFacts? Of(NoticeKind kind) => All.FirstOrDefault(facts => facts.Kind == kind);

    /// <summary>A channel's name in the names of files and on the wire.</summary>
    public static string NameOf(NoticeChannel channel) => channel == NoticeChannel.Sms ? "sms" : "email";

    /// <summary>Whether a template of this kind may have a placeholder.</summary>
    public bool Knows(string placeholder)
        => placeholder is "service" or "minutes" or "until" || Needed.Contains(placeholder, StringComparer.Ordinal)
            || Other.Contains(placeholder, StringComparer.Ordinal);
}
