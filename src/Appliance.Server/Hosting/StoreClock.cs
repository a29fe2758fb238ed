using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>How far this node's clock is from that of the store it shares (architecture, decision 13).</summary>
internal static class StoreClock
{
    /// <summary>As much as two clocks may differ.</summary>
    public static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The store's clock less this one; what the question took is nobody's skew. Null where the store has no clock of
    /// its own.
    /// </summary>
    /// <exception cref="StoreException">It does not answer.</exception>
    public static TimeSpan? ReadSkew(Store store, TimeProvider time)
        => store.Read(time, static (connection, time) =>
        {
            var before = time.GetUtcNow();
            if (connection.ReadTime() is not { } milliseconds)
            {
                return (TimeSpan?)null;
            }

            var after = time.GetUtcNow();
            var theirs = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            return theirs < before ? theirs - before : theirs > after ? theirs - after : TimeSpan.Zero;
        });

    /// <summary>Whether it is too far off.</summary>
    public static bool IsOff(TimeSpan skew) => skew.Duration() > MostSkew;
}
