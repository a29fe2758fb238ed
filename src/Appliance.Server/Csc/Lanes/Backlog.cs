namespace Appliance.Server.Csc.Lanes;

/// <summary>
/// What is at work for signatures, from before the ledger to the answer, and how long one more would take: what is
/// ahead of it in its lane over the rate at which work gets done, the ledger's part included. While there is less to do
/// than the tokens can do at once nothing is ever estimated, however long ago the last overload was.
/// </summary>
/// <param name="capacity">Pieces of work that the tokens can do at once.</param>
/// <param name="time">The clock.</param>
internal sealed class Backlog(Func<int> capacity, TimeProvider time)
{
    private const double Margin = 1.25;

    private readonly Lock _gate = new();
    private readonly WorkLane _interactive = new();
    private readonly WorkLane _bulk = new();
    private readonly DrainRate _rate = new(time);
    private int _pieces;

    /// <summary>Takes work in, unless it could not be done in time, by some margin: it is an estimate.</summary>
    /// <param name="isBulk">Its lane.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="signatures">How many.</param>
    /// <param name="within">The longest it may take.</param>
    /// <param name="wait">How long it would take; zero while that is not known.</param>
    public bool TryAdd(bool isBulk, Guid client, int signatures, TimeSpan within, out TimeSpan wait)
    {
        var most = capacity();
        lock (_gate)
        {
            _rate.Update();
            var lane = isBulk ? _bulk : _interactive;
            wait = Estimate(isBulk, lane.Ahead(client, signatures));
            if (wait > within / Margin)
            {
                return false;
            }

            lane.Add(client, signatures);
            _rate.Observe(++_pieces, most);
            return true;
        }
    }

    /// <summary>It is done with.</summary>
    /// <param name="isBulk">Its lane.</param>
    /// <param name="client">Whose it was.</param>
    /// <param name="signatures">How many.</param>
    /// <param name="gaveUp">True when nobody got to it in time: then it says nothing of how fast work is done.</param>
    public void Remove(bool isBulk, Guid client, int signatures, bool gaveUp)
    {
        var most = capacity();
        lock (_gate)
        {
            (isBulk ? _bulk : _interactive).Remove(client, signatures);
            _rate.Count(gaveUp ? 0 : signatures, isBulk);
            _rate.Update();
            _rate.Observe(--_pieces, most);
        }
    }

    /// <summary>How long until all that waits in the lane is done; zero while that is not known.</summary>
    public TimeSpan Wait(bool isBulk)
    {
        lock (_gate)
        {
            _rate.Update();
            return Estimate(isBulk, (isBulk ? _bulk : _interactive).All);
        }
    }

    /// <summary>Interactive work is done first, so that it gets all there is; bulk work gets what it got.</summary>
    private TimeSpan Estimate(bool isBulk, long signatures)
    {
        var rate = isBulk ? _rate.BulkPerSecond : _rate.PerSecond;
        return rate > 0 ? TimeSpan.FromSeconds(Math.Min(signatures / rate, 1_000_000)) : TimeSpan.Zero;
    }
}
