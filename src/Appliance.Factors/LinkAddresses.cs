namespace Appliance.Factors;

/// <summary>Where one-time links lead, and how long they last.</summary>
public sealed class LinkAddresses
{
    /// <summary>Stands for the link's purpose in the template: activation, pairing, recovery, approval.</summary>
    public const string PurposeField = "{purpose}";

    /// <summary>Stands for the link's text in the template.</summary>
    public const string TextField = "{token}";

    private readonly TimeProvider _time;

    /// <summary>Takes the clock.</summary>
    public LinkAddresses(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
    }

    /// <summary>
    /// The portal's page, with <c>{purpose}</c> and <c>{token}</c> in it; the token is better behind a # than in the
    /// path, where it gets into the logs of web servers.
    /// </summary>
    public string Template { get; init; } = "https://localhost/{purpose}#{token}";

    /// <summary>Life of links that activate or pair. Default 14 days.</summary>
    public TimeSpan InvitationLife { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Life of links that recover a password. Default 1 hour.</summary>
    public TimeSpan RecoveryLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The address of a link.</summary>
    public string Of(LinkPurpose purpose, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var name = purpose switch
        {
            LinkPurpose.Activation => "activation",
            LinkPurpose.Pairing => "pairing",
            LinkPurpose.Recovery => "recovery",
            _ => "approval",
        };
        return Template
            .Replace(PurposeField, name, StringComparison.Ordinal)
            .Replace(TextField, text, StringComparison.Ordinal);
    }

    /// <summary>The message that carries a link.</summary>
    public Notice Message(
        Guid signerId,
        NoticeKind kind,
        LinkPurpose purpose,
        string text,
        string to,
        string? language,
        TimeSpan life) => new(
            signerId,
            kind,
            NoticeChannel.Email,
            to,
            language ?? "en",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["link"] = Of(purpose, text) },
            (_time.GetUtcNow() + life).ToUnixTimeMilliseconds());
}
