using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>Why an authority gives no time stamp, in the words of RFC 3161 and its own.</summary>
internal static class FailureText
{
    private const int Longest = 300;

    /// <summary>For example: rejection, unacceptedPolicy, "The requested policy is not served here".</summary>
    public static string Of(TimestampResponse answer)
    {
        List<string> parts = [StatusOf(answer.Status)];
        parts.AddRange(Enum.GetValues<TimestampFailure>()
            .Where(failure => failure != TimestampFailure.None && answer.Failure.HasFlag(failure))
            .Select(TimestampResponse.NameOf));
        if (!string.IsNullOrWhiteSpace(answer.Text))
        {
            parts.Add($"\"{Printable(answer.Text)}\"");
        }

        return string.Join(", ", parts);
    }

    /// <summary>A stranger's words on one line of a terminal: nothing that steers it, and not too long.</summary>
    public static string Printable(string text)
    {
        var line = new string([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]).Trim().TrimEnd('.');
        return line.Length <= Longest ? line : line[..Longest] + "...";
    }

    private static string StatusOf(TimestampPkiStatus status) => status switch
    {
        TimestampPkiStatus.Granted => "granted",
        TimestampPkiStatus.GrantedWithMods => "grantedWithMods",
        TimestampPkiStatus.Rejection => "rejection",
        TimestampPkiStatus.Waiting => "waiting",
        TimestampPkiStatus.RevocationWarning => "revocationWarning",
        _ => "revocationNotification",
    };
}
