namespace Appliance.Server.Csc.Lanes;

/// <summary>
/// The places of one lane. A client that is alone may have them all; once others want in, each is certain of its share
/// (all places over the clients that are inside), and who has more gets none until there are free ones. So that a
/// client below its share never waits for one above it, there may be twice as many inside for a while.
/// </summary>
/// <param name="limit">Places.</param>
internal sealed class AdmissionLane(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, int> _clients = [];
    private int _inside;

    /// <summary>Calls inside, of whomever.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>A place for somebody who is not known yet.</summary>
    /// <param name="isToBeKnown">
    /// True when <see cref="TryClaim"/> follows and decides; until then it may have a place beyond the limit.
    /// </param>
    public bool TryEnter(bool isToBeKnown)
    {
        if (Interlocked.Increment(ref _inside) <= (isToBeKnown ? 2L * limit : limit))
        {
            return true;
        }

        Interlocked.Decrement(ref _inside);
        return false;
    }

    /// <summary>Whether the place is this client's to have; counts it as the client's if so.</summary>
    public bool TryClaim(Guid client)
    {
        lock (_gate)
        {
            var own = _clients.GetValueOrDefault(client);
            if (Inside > limit && own >= ShareOf(own))
            {
                return false;
            }

            _clients[client] = own + 1;
            return true;
        }
    }

    /// <summary>The place is no longer the client's.</summary>
    public void Disclaim(Guid client)
    {
        lock (_gate)
        {
            var left = _clients[client] - 1;
            if (left > 0)
            {
                _clients[client] = left;
            }
            else
            {
                _clients.Remove(client);
            }
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _inside);

    /// <summary>Takes back a place that was given away for a while; there is one, or there soon will be.</summary>
    public void Return(Guid client)
    {
        Interlocked.Increment(ref _inside);
        lock (_gate)
        {
            _clients[client] = _clients.GetValueOrDefault(client) + 1;
        }
    }

    private int ShareOf(int own) => Math.Max(1, limit / (_clients.Count + (own == 0 ? 1 : 0)));
}
