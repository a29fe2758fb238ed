using System.Globalization;

namespace Appliance.Factors.Notifying.Smtp;

/// <summary>A server's reply: its code and its lines (RFC 5321 section 4.2).</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    /// <summary>2yz, and 3yz where more is awaited.</summary>
    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>5yz: as it is, it will not be taken.</summary>
    public bool IsPermanent => Code is >= 500 and < 600;

    public string Reason => string.Create(CultureInfo.InvariantCulture, $"smtp-{Code}");
}
