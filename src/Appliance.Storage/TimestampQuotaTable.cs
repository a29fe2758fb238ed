namespace Appliance.Storage;

/// <summary>
/// How many time stamps clients had on the day: one row for each that has a limit, which is counted in the transaction
/// that allows the stamp.
/// </summary>
public abstract class TimestampQuotaTable
{
    /// <summary>Counts one more, unless that is more than the limit.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="day">Days since 1970-01-01, UTC.</param>
    /// <param name="limit">How many it may have on a day, at least 1.</param>
    /// <param name="counted">The day that it was counted on, for <see cref="GiveBack"/>.</param>
    /// <returns>False when it has had as many; nothing is counted.</returns>
    public bool TryTake(Guid clientId, long day, int limit, out long counted)
    {
        // A node whose clock is ahead may have begun the next day already: it counts for all of them. Further off, it
        // is a clock that was wrong, and must not decide for good.
        var row = Hold(clientId);
        var goesOn = row.Day == day || row.Day == day + 1;
        counted = goesOn ? row.Day : day;
        var used = goesOn ? row.Used : 0;
        if (used >= limit)
        {
            return false;
        }

        Write(new TimestampQuotaRow(clientId, counted, used + 1));
        return true;
    }

    /// <summary>Takes one back that was counted; once its day is over that means nothing.</summary>
    public void GiveBack(Guid clientId, long day)
    {
        var row = Hold(clientId);
        if (row.Day == day && row.Used > 0)
        {
            Write(row with { Used = row.Used - 1 });
        }
    }

    /// <summary>What a client had; null when it never had any under a limit.</summary>
    public abstract TimestampQuotaRow? Find(Guid clientId);

    /// <summary>The row as it stays until the transaction ends; of day 0 when there was none.</summary>
    private protected abstract TimestampQuotaRow Hold(Guid clientId);

    private protected abstract void Write(in TimestampQuotaRow row);
}
