namespace Appliance.Server.Csc.Lanes;

/// <summary>The signatures of one lane that are asked for and not made yet, in all and by client.</summary>
internal sealed class WorkLane
{
    private readonly Dictionary<Guid, long> _clients = [];
    private long _signatures;

    public void Add(Guid client, int signatures)
    {
        _signatures += signatures;
        _clients[client] = _clients.GetValueOrDefault(client) + signatures;
    }

    public void Remove(Guid client, int signatures)
    {
        _signatures -= signatures;
        var left = _clients[client] - signatures;
        if (left > 0)
        {
            _clients[client] = left;
        }
        else
        {
            _clients.Remove(client);
        }
    }

    /// <summary>
    /// What is signed before the last of this client's new ones: all that waits, or, since clients take turns, as much
    /// of each as there is of this one.
    /// </summary>
    public long Ahead(Guid client, int signatures)
    {
        var own = _clients.GetValueOrDefault(client);
        var clients = _clients.Count + (own == 0 ? 1 : 0);
        return Math.Min(_signatures + signatures, (own + signatures) * clients);
    }

    /// <summary>All that waits.</summary>
    public long All => _signatures;
}
