using System.Collections.Concurrent;
using Appliance.Storage;

namespace Appliance.Identity.Clients;

/// <summary>The gates of this node, one for each client that was seen, whatever tokens it has.</summary>
internal sealed class ClientGates(TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, ClientGate> _gates = new();

    /// <summary>The client's gate, with the limits that its genuine row has.</summary>
    internal ClientGate For(ClientRow row)
    {
        var gate = _gates.GetOrAdd(
            row.Id,
            static (_, state) => new ClientGate(state.row.Rate, state.row.Burst, state.row.Concurrency, state.time),
            (row, time));
        gate.Set(row.Rate, row.Burst, row.Concurrency);
        return gate;
    }
}
