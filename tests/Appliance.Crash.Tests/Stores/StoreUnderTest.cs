using System.Text.Json.Nodes;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Crash.Tests.Stores;

/// <summary>The store beneath the appliance that is killed: how it is made, and what stands in it afterwards.</summary>
internal abstract class StoreUnderTest : IDisposable
{
    private const int PageSize = 10_000;

    /// <summary>The names of the nodes that serve over it; of a file there is one, whatever its name.</summary>
    public virtual IReadOnlyList<string> Nodes => [""];

    /// <summary>What a node's settings differ by, as environment variables.</summary>
    /// <param name="node">Its place among <see cref="Nodes"/>.</param>
    public virtual IReadOnlyDictionary<string, string> EnvironmentOf(int node)
        => new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Makes room for the store.</summary>
    /// <param name="directory">The installation's folder.</param>
    public abstract void Prepare(string directory);

    /// <summary>The section Store of the configuration.</summary>
    public abstract JsonObject Settings();

    /// <summary>
    /// What stands in the store at this moment, while no server runs. It leaves the store as the death of the server
    /// left it.
    /// </summary>
    /// <param name="after">The last audit record already known.</param>
    /// <param name="activations">Whose occurrences' states are wanted.</param>
    public StoreRows Read(long after, IReadOnlyCollection<Guid> activations)
        => Look(store =>
        {
            var rows = store.Read(connection => ReadRows(connection, Nodes, after));
            return rows with { States = ReadStates(store.Writer, activations) };
        });

    public abstract void Dispose();

    /// <summary>Opens what the server's death has left, or a copy of it, and looks at it.</summary>
    public abstract T Look<T>(Func<Store, T> look);

    private static StoreRows ReadRows(StoreConnection connection, IReadOnlyList<string> nodes, long after)
    {
        var audit = new List<AuditEntry>();
        while (true)
        {
            var page = AuditTrail.Read(
                connection,
                new AuditQuery
                {
                    OldestFirst = true,
                    After = audit.Count == 0 ? after : audit[^1].Sequence,
                    Limit = PageSize,
                });
            audit.AddRange(page);
            if (page.Count < PageSize)
            {
                break;
            }
        }

        return new StoreRows(
            audit,
            [.. nodes.SelectMany(node => ReservedBy(connection, node)).DistinctBy(row => row.Sequence)],
            new Dictionary<Guid, OccurrenceState[]>());
    }

    /// <summary>Every run of a node that is not settled is one of those that are dead to a later one.</summary>
    private static IEnumerable<ReservationRow> ReservedBy(StoreConnection connection, string node)
        => connection.Incarnations.ListDead(long.MaxValue, node, TimeSpan.FromDays(1))
            .SelectMany(run => connection.Reservations.List(run.Id, int.MaxValue));

    /// <summary>In a transaction that writes, as the states are read for that only; it is undone.</summary>
    private static Dictionary<Guid, OccurrenceState[]> ReadStates(
        StoreConnection writer, IReadOnlyCollection<Guid> activations)
    {
        if (activations.Count == 0)
        {
            return [];
        }

        writer.Begin();
        try
        {
            return activations.ToDictionary(id => id, id => StatesOf(writer, id));
        }
        finally
        {
            writer.Rollback();
        }
    }

    private static OccurrenceState[] StatesOf(StoreConnection connection, Guid activation)
    {
        var states = new OccurrenceStates();
        Assert.True(connection.Activations.TryReadStates(activation, states, out _, out _, out _));
        return [.. Enumerable.Range(0, states.Count).Select(ordinal => states[ordinal])];
    }
}
