using System.Globalization;

namespace Appliance.Grpc.Client.Wire;

/// <summary>The header grpc-timeout: at most 8 digits and a unit; rounded up to the finest unit that fits.</summary>
internal static class GrpcTimeout
{
    private const long Largest = 99_999_999;

    private static readonly (long Ticks, char Unit)[] s_units =
    [
        (TimeSpan.TicksPerMicrosecond, 'u'),
        (TimeSpan.TicksPerMillisecond, 'm'),
        (TimeSpan.TicksPerSecond, 'S'),
        (TimeSpan.TicksPerMinute, 'M'),
        (TimeSpan.TicksPerHour, 'H'),
    ];

    public static string Encode(TimeSpan timeout)
    {
        foreach (var (ticks, unit) in s_units)
        {
            var count = (timeout.Ticks / ticks) + (timeout.Ticks % ticks == 0 ? 0 : 1);
            if (count <= Largest)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Largest}H");
    }
}
