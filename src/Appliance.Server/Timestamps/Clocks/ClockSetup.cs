using System.Globalization;
using Appliance.Server.Options;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps.Clocks;

/// <summary>Makes a clock watch of the settings and of what was kept of the operator's word.</summary>
internal static class ClockSetup
{
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
            Servers = [.. SettingList.Read(settings.NtpServers).Select(ServerOf)],
            AssertedUntil = until,
            NotAssertedBecause = because,
        };
    }

    /// <summary>The rules have passed.</summary>
    private static SntpServer ServerOf(string text)
        => NtpServerName.TryParse(text, out var server) ? server : new SntpServer(text);

    private static DateTimeOffset? ParseTime(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
