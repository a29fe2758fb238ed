using System.Globalization;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>What a token says, for people.</summary>
internal static class TimestampText
{
    public static string Time(DateTimeOffset time)
        => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + " UTC";

    public static string Serial(TimestampToken said) => "0x" + Convert.ToHexStringLower(said.SerialNumber.Span);

    /// <summary>For example 500 ms; the largest unit in which it is whole.</summary>
    public static string Accuracy(TimestampAccuracy accuracy)
    {
        var micros = (long)accuracy.Span.TotalMicroseconds;
        return micros % 1_000_000 == 0 ? FormattableString.Invariant($"{micros / 1_000_000} s")
            : micros % 1_000 == 0 ? FormattableString.Invariant($"{micros / 1_000} ms")
            : FormattableString.Invariant($"{micros} µs");
    }
}
