using Appliance.Ledger;
using Appliance.Storage;
using Appliance.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Durability.Tests.Drills;

/// <summary>
/// Opens what a loss of power left and looks for what is wrong:
/// 1 the store opens and is whole
/// 2 it stands where some commit left it: of each commit all is there or nothing, and of no later one anything
/// 3 what was promised before the power went is there
/// 4 activations, reservations and audit trail agree
/// 5 recovery spends what was reserved, and only that
/// 6 a second recovery changes nothing.
/// </summary>
internal sealed class Examination(string path, IReadOnlyList<Promise> promises, int cut)
{
    private static readonly byte[] s_rowKey = new byte[32];
    private readonly List<string> _findings = [];
    private readonly Guid[] _activations =
        [.. promises.Where(promise => promise.Kind == "opened").Select(promise => promise.Id)];

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        try
        {
            var (found, recovered) = await OpenAsync(store =>
            {
                FindWhatIsMissing(store);
                FindHalves(store);
            });
            CheckRecovery(found, recovered);
            var (before, after) = await OpenAsync(_ => { });
            Compare("opening it again", recovered, before);
            Compare("a second recovery", before, after);
        }
        catch (StoreException e)
        {
            _findings.Add(e.Message);
        }

        return _findings;
    }

    /// <summary>Opens the store, recovers, closes it.</summary>
    private async Task<(StoreContent Before, StoreContent After)> OpenAsync(Action<StoreContent> look)
    {
        using var store = Store.Open(new StoreOptions { Path = path });
        CheckPages();
        var before = StoreContent.Read(store, _activations);
        look(before);
        _findings.AddRange(before.FindContradictions());
        await using var loop = new CommitLoop(
            store, new CommitLoopOptions(), TimeProvider.System, NullLogger<CommitLoop>.Instance);
        var activations = await Activations.StartAsync(
            loop, s_rowKey, "node", TimeProvider.System, TestContext.Current.CancellationToken);
        AddFirst(
            $"runs are not there, the next is {activations.Incarnation}",
            promises.Where(promise => promise.Order < cut && promise.Kind == "started"
                && promise.Incarnation >= activations.Incarnation));

        var after = StoreContent.Read(store, _activations);
        _findings.AddRange(after.FindContradictions());
        return (before, after);
    }

    private void CheckPages()
    {
        using var database = Database.Open(path, readOnly: true);
        foreach (var check in new[] { "PRAGMA integrity_check", "PRAGMA foreign_key_check" })
        {
            using var rows = database.Prepare(check).Start().Rows();
            while (rows.Next())
            {
                var text = rows.Text(0);
                if (text != "ok")
                {
                    _findings.Add($"{check}: {text}");
                }
            }
        }
    }

    private void FindWhatIsMissing(StoreContent store)
        => AddFirst("promises are not kept", promises.Where(promise => promise.Order < cut && !store.Keeps(promise)));

    /// <summary>Looked for before recovery, which spends things of its own.</summary>
    private void FindHalves(StoreContent store)
    {
        var last = promises.LastOrDefault(promise => promise.Commit is not null && store.Keeps(promise))?.Commit ?? 0;
        AddFirst(
            $"pieces are missing of commit {last}, which is there, and those before it",
            promises.Where(promise => promise.Commit <= last && !store.Keeps(promise)));
    }

    private void AddFirst(string what, IEnumerable<Promise> missing)
    {
        var all = missing.ToList();
        if (all.Count > 0)
        {
            _findings.Add($"{all.Count} {what}; the first: {all[0]}");
        }
    }

    private void CheckRecovery(StoreContent found, StoreContent recovered)
    {
        foreach (var open in found.Reservations.Where(
            row => !recovered.OutcomesOf(row.RequestId).SequenceEqual(["signhash.spent"], StringComparer.Ordinal)))
        {
            _findings.Add($"reservation {open.RequestId} is not spent after recovery");
        }

        if (recovered.Reservations.Count > 0)
        {
            _findings.Add($"{recovered.Reservations.Count} reservations are open after recovery");
        }

        FindWhatIsMissing(recovered);
    }

    private void Compare(string what, StoreContent before, StoreContent after)
    {
        var changes = after.Describe().Except(before.Describe(), StringComparer.Ordinal).ToList();
        if (changes.Count > 0)
        {
            _findings.Add($"{what} changed {changes.Count} things: {changes[0]}");
        }
    }
}
