using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Appliance.Server.Options;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps.Clocks;

/// <summary>Makes a clock watch of the settings and of what was kept of the operator's word.</summary>
internal static class ClockSetup
{
    private const int NtpPort = 123;

    /// <summary>The watch's options.</summary>
    /// <param name="settings">Timestamping:Clock.</param>
    /// <param name="kept">What was asserted, withdrawn or voided last; null for nothing.</param>
    public static ClockWatchOptions OptionsOf(ClockSettings settings, ClockAssertion? kept = null)
    {
        var (until, because) = ClockAssertion.Settle(ParseTime(settings.AssertedUntil), kept);
        return new ClockWatchOptions
        {
            CheckInterval = TimeSpan.FromMilliseconds(settings.CheckMilliseconds),
            StepLimit = TimeSpan.FromMilliseconds(settings.StepMilliseconds),
            OscillatorPpm = settings.OscillatorPpm,
            SntpInterval = TimeSpan.FromSeconds(settings.NtpSeconds),
            Quorum = settings.NtpQuorum,
            Servers =
            [
                .. (settings.NtpServers ?? "")
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(ServerOf),
            ],
            AssertedUntil = until,
            NotAssertedBecause = because,
        };
    }

    /// <summary>What is wrong with the settings; each error names them.</summary>
    public static IEnumerable<string> FindErrors(ClockSettings settings)
        => IsTime(settings.AssertedUntil)
            ? OptionsOf(settings).FindErrors().Select(error => $"Timestamping:Clock: {error}")
            : ["Timestamping:Clock:AssertedUntil: must be a time such as 2027-01-31T00:00:00Z."];

    /// <summary>HOST, HOST:PORT, [IPv6]:PORT or a bare IPv6 address.</summary>
    internal static SntpServer ServerOf(string text)
    {
        if (IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return new SntpServer(address.ToString(), NtpPort);
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var port = colon < 0 ? NtpPort : Parse(text[(colon + 1)..]);
        return new SntpServer(host.Trim('[', ']'), port);

        // Port 0 is refused by the rules.
        static int Parse(string digits)
            => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;
    }

    private static bool IsTime(string? text) => string.IsNullOrEmpty(text) || ParseTime(text) is not null;

    private static DateTimeOffset? ParseTime(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
