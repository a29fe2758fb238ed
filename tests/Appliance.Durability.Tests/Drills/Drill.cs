using System.Globalization;
using Appliance.Durability.Tests.Disks;
using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Drills;

/// <summary>Takes the power away at points of a record, and examines what the disk holds then.</summary>
internal sealed class Drill(IReadOnlyList<Operation> operations, int seed)
{
    private static readonly double[] s_namesKept = [0, 0.5, 1];
    private static readonly Loss[] s_losses = Enum.GetValues<Loss>();

    /// <summary>What recovers here need not last: in memory, where there is such a place, syncs cost nothing.</summary>
    private static readonly string s_scratch = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private readonly IReadOnlyList<Promise> _promises = Promise.ReadAll(operations);

    /// <summary>How often each kind of loss was drawn.</summary>
    public Dictionary<Loss, int> Losses { get; } = [];

    /// <summary>Promises that were made before the power went, of all cuts.</summary>
    public long Promises { get; private set; }

    /// <summary>
    /// Random points: an eighth while the store comes into being, a quarter about what matters most (names, sizes,
    /// the beginning of a log, syncs of the database), the rest anywhere.
    /// </summary>
    public IReadOnlyList<int> DrawCuts(int count)
    {
        var random = new Random(seed);
        var first = _promises[0].Order;
        var turns = operations.Index().Where(item => IsTurn(item.Item)).Select(item => item.Index).ToList();
        return [.. Enumerable.Range(0, count).Select(i => i switch
        {
            _ when i % 8 == 0 => random.Next(first + 1),
            _ when i % 4 == 1 =>
                Math.Clamp(turns[random.Next(turns.Count)] + random.Next(-2, 4), 0, operations.Count),
            _ => random.Next(operations.Count + 1),
        }).Order()];
    }

    /// <summary>What is wrong after each of the cuts.</summary>
    /// <param name="cuts">How many operations had been done; ascending.</param>
    /// <param name="ignores">Syncs that the disk only pretends to do.</param>
    /// <param name="only">The kind of loss, where it is not to be drawn.</param>
    public async Task<IReadOnlyList<string>> RunAsync(
        IEnumerable<int> cuts, Func<Operation, string, bool>? ignores = null, Loss? only = null)
    {
        var findings = new List<string>();
        var disk = new Disk(ignores);
        var done = 0;
        foreach (var (number, cut) in cuts.Index())
        {
            for (; done < cut; done++)
            {
                disk.Apply(operations[done]);
            }

            var random = new Random(unchecked((seed * 1_000_003) + number));
            var loss = only ?? s_losses[random.Next(s_losses.Length)];
            Losses[loss] = Losses.GetValueOrDefault(loss) + 1;
            Promises += _promises.Count(promise => promise.Order < cut);
            var files = disk.AfterPowerLoss(loss, s_namesKept[random.Next(s_namesKept.Length)], random);
            findings.AddRange((await ExamineAsync(files, cut, random)).Select(finding => string.Create(
                CultureInfo.InvariantCulture,
                $"cut {number} at {cut} of {operations.Count}, loss of {loss}: {finding}")));
        }

        return findings;
    }

    /// <summary>Where a caller is told something that only the sync of the log right before made true.</summary>
    public IEnumerable<(int Cut, long Sync)> FindSyncsThatCarryPromises()
    {
        var logs = operations
            .Where(operation => operation.Kind == OperationKind.Create
                && operation.Text.EndsWith("-wal", StringComparison.Ordinal))
            .Select(operation => operation.Node)
            .ToHashSet();
        var promises = _promises
            .Where(promise => promise.Commit is not null)
            .Select(promise => promise.Order)
            .ToHashSet();
        var sync = 0L;
        foreach (var (index, operation) in operations.Index())
        {
            if (operation.Kind == OperationKind.SyncEnd && logs.Contains(operation.Node))
            {
                sync = operation.Number;
            }
            else if (promises.Contains(index) && sync != 0)
            {
                yield return (index + 1, sync);
                sync = 0;
            }
        }
    }

    private static bool IsTurn(Operation operation) => operation.Kind switch
    {
        OperationKind.Write => operation.Number == 0,
        OperationKind.Mark => false,
        _ => true,
    };

    private async Task<IReadOnlyList<string>> ExamineAsync(
        IReadOnlyDictionary<string, byte[]> files, int cut, Random random)
    {
        var directory = Path.Combine(s_scratch, $"appliance-durability-cut-{Guid.NewGuid():N}");
        Directory.CreateDirectory(directory);
        try
        {
            foreach (var (name, bytes) in files)
            {
                var path = Path.Combine(directory, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            }

            var store = Path.Combine(directory, LedgerProcess.StorePath);
            if (files.ContainsKey(LedgerProcess.StorePath) && random.Next(2) == 0)
            {
                // The shared index is never synced: it may be anything.
                var garbage = new byte[32_768];
                random.NextBytes(garbage);
                await File.WriteAllBytesAsync(store + "-shm", garbage, TestContext.Current.CancellationToken);
            }

            return await new Examination(store, _promises, cut).RunAsync();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
