using System.Globalization;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps.Clocks;

/// <summary>The clock watch's terms as records and documents have them.</summary>
internal static class ClockWords
{
    /// <summary>Of an event: lower case, parted by hyphens.</summary>
    public static string NameOf(ClockEventKind kind) => kind switch
    {
        ClockEventKind.Stepped => "stepped",
        ClockEventKind.SourceTrusted => "source-trusted",
        ClockEventKind.SourceLost => "source-lost",
        ClockEventKind.UnitResumed => "unit-resumed",
        ClockEventKind.UnitSuspended => "unit-suspended",
        ClockEventKind.LeapAnnounced => "leap-announced",
        ClockEventKind.LeapApplied => "leap-applied",
        ClockEventKind.Asserted => "asserted",
        ClockEventKind.Confirmed => "confirmed",
        ClockEventKind.ServerRefused => "server-refused",
        ClockEventKind.Withdrawn => "withdrawn",
        ClockEventKind.AssertionVoided => "assertion-voided",
        ClockEventKind.LooksMissed => "looks-missed",
        _ => "unknown",
    };

    /// <summary>Of a source, as in Timestamping:Units:NAME:ClockSources.</summary>
    public static string NameOf(ClockSources source) => source switch
    {
        ClockSources.Kernel => "kernel",
        ClockSources.Sntp => "ntp",
        ClockSources.Operator => "operator",
        _ => "wall",
    };

    /// <summary>Those that are among the sources.</summary>
    public static IReadOnlyList<string> NamesOf(ClockSources sources)
        =>
        [
            .. Enum.GetValues<ClockSources>()
                .Where(one => one != ClockSources.None && sources.HasFlag(one))
                .Select(NameOf),
        ];

    /// <summary>An event as the detail of an audit record.</summary>
    public static string Describe(in ClockEvent happened) => happened.Offset == default
        ? $"{NameOf(happened.Kind)} {happened.Subject}: {happened.Text}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{NameOf(happened.Kind)} {happened.Subject} {happened.Offset.TotalSeconds:+0.000000;-0.000000} s: "
            + $"{happened.Text}");
}
