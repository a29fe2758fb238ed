using System.Diagnostics;
using System.Globalization;
using Appliance.Durability.Tests.Disks;
using Appliance.Durability.Tests.Drills;
using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests;

/// <summary>
/// The power goes at random points of a run of the ledger; what the disk holds for certain then, and any part of the
/// rest, must be a store that recovers. The short form is one of the tests; load/durability.sh runs the long one.
/// </summary>
public sealed class DurabilityTests
{
    [Fact]
    public async Task What_was_promised_survives_a_loss_of_power_at_any_point()
    {
        var seed = Setting("DURABILITY_SEED", 1);
        var cuts = Setting("DURABILITY_CUTS", 40);
        var watch = Stopwatch.StartNew();
        var operations = await LedgerProcess.RecordAsync(
            Setting("DURABILITY_RESTARTS", 3), Environment.GetEnvironmentVariable("DURABILITY_KEEP"));
        Say($"seed {seed}: {Describe(operations)}; {watch.Elapsed.TotalSeconds:F1} s");
        var drill = new Drill(operations, seed);

        var findings = await drill.RunAsync(drill.DrawCuts(cuts));

        Say($"{cuts} cuts, {drill.Promises} promises made before them, {findings.Count} findings; "
            + $"{watch.Elapsed.TotalSeconds:F1} s");
        Say(string.Join(", ", drill.Losses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}")));
        Assert.Empty(findings);
    }

    /// <summary>
    /// A disk that says too early that something is synced stands for a store that syncs too little: without syncs of
    /// the log, as with synchronous = NORMAL; of the database, before the log begins anew; of the folder.
    /// </summary>
    [Theory]
    [InlineData(".db-wal")]
    [InlineData(".db")]
    [InlineData("state")]
    public async Task A_kind_of_sync_that_is_left_out_is_found(string what)
    {
        var drill = new Drill(await LedgerProcess.RecordAsync(logRestarts: 1), seed: 1);

        var findings = await drill.RunAsync(
            drill.DrawCuts(48), (_, path) => path.EndsWith(what, StringComparison.Ordinal), Loss.Everything);

        Say($"{what}: {findings.Count} findings");
        Assert.NotEmpty(findings);
    }

    [Fact]
    public async Task One_sync_that_is_left_out_is_found()
    {
        var drill = new Drill(await LedgerProcess.RecordAsync(logRestarts: 1), seed: 1);
        foreach (var (cut, sync) in drill.FindSyncsThatCarryPromises().Take(8))
        {
            Assert.NotEmpty(await drill.RunAsync([cut], (operation, _) => operation.Number == sync, Loss.Everything));
            Assert.Empty(await drill.RunAsync([cut], only: Loss.Everything));
        }
    }

    private static string Describe(IReadOnlyList<Operation> operations)
    {
        var counts = operations.CountBy(operation => operation.Kind).ToDictionary();
        var bytes = operations.Where(operation => operation.Kind == OperationKind.Write).Sum(o => (long)o.Data.Length);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{operations.Count} operations, {counts[OperationKind.Write]} writes of {bytes} bytes, "
            + $"{counts[OperationKind.SyncEnd]} syncs, {counts[OperationKind.Mark]} promises");
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
