using System.Text.Json.Nodes;
using Appliance.Storage;

namespace Appliance.Crash.Tests.Stores;

/// <summary>
/// A store that loses its reservations when its server dies, as if they had never been made: their hashes may be signed
/// again, and their request ids are unknown. The audit trail has them, as has the look that was taken before.
/// </summary>
internal sealed class ForgetfulSqlite : StoreUnderTest
{
    private readonly SqliteUnderTest _store = new();

    public override void Prepare(string directory) => _store.Prepare(directory);

    public override JsonObject Settings() => _store.Settings();

    public override void Dispose() => _store.Dispose();

    public override T Look<T>(Func<Store, T> look)
    {
        var seen = _store.Look(look);
        using var store = Store.Open(new StoreOptions { Path = _store.StorePath });
        var connection = store.Writer;
        connection.Begin();
        var runs = connection.Incarnations.ListDead(long.MaxValue, "", TimeSpan.Zero);
        foreach (var row in runs.SelectMany(run => connection.Reservations.List(run.Id, int.MaxValue)).ToList())
        {
            Forget(connection, row);
        }

        connection.Commit();
        return seen;
    }

    private static void Forget(StoreConnection connection, ReservationRow row)
    {
        var states = new OccurrenceStates();
        connection.Activations.TryReadStates(row.ActivationId, states, out var sequence, out var remaining, out _);
        foreach (var ordinal in row.Ordinals)
        {
            states[ordinal] = OccurrenceState.Authorised;
        }

        connection.Activations.Update(sequence, remaining + row.Ordinals.Count, states);
        connection.Reservations.Delete(row.Sequence);
        if (row.OutcomeKey is { } key)
        {
            connection.Outcomes.Delete(key);
        }
    }
}
