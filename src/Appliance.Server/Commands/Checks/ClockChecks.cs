using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Server.Commands.Checks;

/// <summary>A clock that is wrong refuses TOTP codes and makes SADs and certificates worthless.</summary>
internal static class ClockChecks
{
    private const string Name = "clock";
    private static readonly DateTimeOffset s_earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>As much as two clocks may differ (architecture, decision 13).</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(1);

    public static void Examine(CheckList list, TimeProvider time, Store? store)
    {
        var now = time.GetUtcNow();
        if (now < s_earliest || now > s_latest)
        {
            list.Fail(Name, $"The clock says {now:u}, which cannot be; set it (NTP).");
            return;
        }

        list.Look(Name, () =>
        {
            var last = store is null ? DateTimeOffset.UnixEpoch : store.Read(LastRecord);
            if (last - now > s_skew)
            {
                list.Fail(
                    Name,
                    $"The clock says {now:u}, the last audit record is of {last:u}: it was set back; set it (NTP).");
            }
            else
            {
                list.Ok(Name, $"{now:u}");
            }
        });
    }

    private static DateTimeOffset LastRecord(StoreConnection connection)
        => AuditTrail.Read(connection, new AuditQuery { Limit = 1 }) is [var entry, ..]
            ? DateTimeOffset.FromUnixTimeMilliseconds(entry.Record.At)
            : DateTimeOffset.UnixEpoch;
}
