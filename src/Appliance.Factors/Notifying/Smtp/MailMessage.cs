using System.Globalization;
using System.Text;

namespace Appliance.Factors.Notifying.Smtp;

/// <summary>
/// An e-mail (RFC 5322) of plain text in UTF-8: headers by RFC 2047, body quoted-printable, so that every line is ASCII
/// and at most 76 characters long.
/// </summary>
internal sealed class MailMessage
{
    private readonly RenderedNotice _notice;
    private readonly string _fromName;
    private readonly DateTimeOffset _now;

    /// <summary>Takes addresses that are in order (<see cref="ContactRules.CheckEmail"/>).</summary>
    public MailMessage(string from, string fromName, RenderedNotice notice, DateTimeOffset now)
    {
        From = ToAsciiHost(from);
        To = ToAsciiHost(notice.Notice.To);
        _fromName = fromName;
        _notice = notice;
        _now = now;
    }

    public string From { get; }

    public string To { get; }

    /// <summary>True when an address has letters beyond ASCII before its @ (RFC 6531).</summary>
    public bool NeedsSmtpUtf8 => !Ascii.IsValid(From) || !Ascii.IsValid(To);

    /// <summary>What follows DATA: dots doubled at the beginnings of lines, a lone dot at the end.</summary>
    public byte[] ToData()
    {
        var text = new StringBuilder();
        Header(text, "Date", _now.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture));
        var name = HeaderText.Encode(_fromName, "From: ".Length);
        Header(text, "From", _fromName.Length == 0 ? From : $"{name} <{From}>");
        Header(text, "To", To);
        Header(text, "Subject", HeaderText.Encode(_notice.Subject ?? "", "Subject: ".Length));
        Header(text, "Message-ID", $"<{_notice.Row.Id:D}@{From[(From.LastIndexOf('@') + 1)..]}>");
        Header(text, "Content-Language", _notice.Notice.Language);

        // RFC 3834: nobody's holiday notice answers this.
        Header(text, "Auto-Submitted", "auto-generated");
        Header(text, "MIME-Version", "1.0");
        Header(text, "Content-Type", "text/plain; charset=utf-8");
        Header(text, "Content-Transfer-Encoding", "quoted-printable");
        text.Append("\r\n");
        foreach (var line in QuotedPrintable.Encode(_notice.Text))
        {
            text.Append(line.StartsWith('.') ? "." : "").Append(line).Append("\r\n");
        }

        text.Append(".\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Header(StringBuilder text, string name, string value)
        => text.Append(name).Append(": ").Append(value).Append("\r\n");

    /// <summary>A host with letters beyond ASCII in the form that every server knows (RFC 5891).</summary>
    private static string ToAsciiHost(string address)
    {
        var at = address.LastIndexOf('@');
        try
        {
            return address[..(at + 1)] + new IdnMapping().GetAscii(address[(at + 1)..]);
        }
        catch (ArgumentException)
        {
            return address;
        }
    }
}
