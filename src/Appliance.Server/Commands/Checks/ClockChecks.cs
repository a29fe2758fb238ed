using System.Globalization;
using Appliance.Ledger;
using Appliance.Server.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Commands.Checks;

/// <summary>A clock that is wrong refuses TOTP codes and makes SADs and certificates worthless.</summary>
internal static class ClockChecks
{
    private const string Name = "clock";
    private static readonly DateTimeOffset s_earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

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
            if (last - now > StoreClock.MostSkew)
            {
                list.Fail(
                    Name,
                    $"The clock says {now:u}, the last audit record is of {last:u}: it was set back; set it (NTP).");
            }
            else
            {
                ExamineSkew(list, store, time, now);
            }
        });
    }

    private static void ExamineSkew(CheckList list, Store? store, TimeProvider time, DateTimeOffset now)
    {
        var skew = store is null ? null : StoreClock.ReadSkew(store, time);
        if (skew is { } off && StoreClock.IsOff(off))
        {
            list.Fail(
                Name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The clock says {now:u}, and the store's is {off.TotalSeconds:F1} s ahead; set both (NTP)."));
        }
        else
        {
            list.Ok(Name, skew is null ? $"{now:u}" : $"{now:u}, within a second of the store's");
        }
    }

    private static DateTimeOffset LastRecord(StoreConnection connection)
        => AuditTrail.Read(connection, new AuditQuery { Limit = 1 }) is [var entry, ..]
            ? DateTimeOffset.FromUnixTimeMilliseconds(entry.Record.At)
            : DateTimeOffset.UnixEpoch;
}
