using System.Globalization;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Benchmarks.Ledger;

/// <summary>
/// What one reserve and consume of one hash costs, with its two audit records and both MACs: the statements alone in
/// batches, then through the whole commit loop with callers that wait.
/// </summary>
internal static class LedgerCost
{
    private const int Rounds = 3;
    private const int PerActivation = 512;

    public static async Task Print()
    {
        Console.WriteLine("| statements, batch | CPU us per pair | wall us per pair | commit us p50 | p99 | p99.9 |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|");
        foreach (var batch in new[] { 1, 64, 200 })
        {
            await PrintBatchesAsync(batch);
        }

        Console.WriteLine();
        Console.WriteLine("| loop, callers | pairs/s | CPU us per pair | commits/s | wait us p50 | p99 | p99.9 |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var callers in new[] { 1, 8, 64, 256 })
        {
            await PrintLoopAsync(callers);
        }

        Console.WriteLine();
        await LoneCaller.PrintAsync();
    }

    /// <summary>The whole commit loop over PostgreSQL.</summary>
    /// <param name="connection">Of a throwaway database with schemas s1, s2 and so on, one for each
    /// measurement.</param>
    /// <param name="writers">Commits in flight.</param>
    public static async Task PrintPostgres(string connection, int writers)
    {
        Console.WriteLine("| PostgreSQL, callers | pairs/s | CPU us per pair | commits/s | wait us p50 | p99 | 99.9 |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
        var schema = 0;
        foreach (var callers in new[] { 1, 8, 64, 256 })
        {
            await PrintLoopAsync(callers, new PostgresOptions
            {
                ConnectionString = $"{connection};Search Path=s{++schema}",
                Writers = writers,
            });
        }
    }

    private static async Task PrintBatchesAsync(int batch)
    {
        var best = (Cpu: double.MaxValue, Wall: 0.0, Commits: new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            using var scene = await LedgerScene.CreateAsync(PerActivation);
            var commits = new List<double>();
            // A lone commit takes hundreds of times as long as its statements: fewer of them will do.
            var pairs = batch == 1 ? scene.Total / 16 : scene.Total;
            var (cpu, wall) = Measure(pairs, () => RunBatches(scene, batch, pairs, commits));
            if (cpu < best.Cpu)
            {
                best = (cpu, wall, commits);
            }
        }

        best.Commits.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {batch} | {best.Cpu:F1} | {best.Wall:F1} | {At(best.Commits, 0.5):F0} | {At(best.Commits, 0.99):F0} "
            + $"| {At(best.Commits, 0.999):F0} |"));
    }

    /// <summary>Each commit reserves one batch and consumes the one before.</summary>
    private static void RunBatches(LedgerScene scene, int batch, int pairs, List<double> commits)
    {
        var writer = scene.Store.Writer;
        var reservations = Enumerable.Range(0, 2 * batch)
            .Select(_ => new Reservation(scene.Activations, static _ => { })).ToArray();
        var settlements = reservations.Select(reservation => new Settlement(reservation, null)).ToArray();
        for (var n = 0; n + batch <= pairs; n += batch)
        {
            var current = n / batch % 2 * batch;
            writer.Begin();
            for (var i = 0; n > 0 && i < batch; i++)
            {
                var settlement = settlements[batch - current + i];
                settlement.Prepare(ReservationOutcome.Consumed, scene.Now, null);
                settlement.Apply(writer);
            }

            for (var i = 0; i < batch; i++)
            {
                reservations[current + i].Prepare(scene.Request(n + i));
                reservations[current + i].Apply(writer);
            }

            var start = TimeProvider.System.GetTimestamp();
            writer.Commit();
            commits.Add(TimeProvider.System.GetElapsedTime(start).TotalMicroseconds);
            for (var i = 0; i < batch; i++)
            {
                reservations[current + i].Committed();
                LedgerCallers.Check(reservations[current + i].Status);
            }
        }
    }

    private static async Task PrintLoopAsync(int callers, PostgresOptions? postgres = null)
    {
        using var scene = await LedgerScene.CreateAsync(2 * PerActivation, postgres);
        var pairs = callers == 1 ? scene.Total / 32 : scene.Total;
        var waits = new double[pairs];
        var time = TimeProvider.System;
        var cpu = Environment.CpuUsage.TotalTime;
        var start = time.GetTimestamp();
        var loop = scene.StartLoop();
        await using (loop)
        {
            await LedgerCallers.RunAsync(loop, scene.Activations, callers, scene.Request, waits);
        }

        var wall = time.GetElapsedTime(start);
        var cpuUs = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / pairs;
        var tally = scene.Store.Writer.Activations.Tally();
        if (tally.Consumed != pairs || tally.Reserved != 0)
        {
            throw new InvalidOperationException($"{pairs} pairs, but the store says {tally}.");
        }

        Array.Sort(waits);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {callers} | {pairs / wall.TotalSeconds:F0} | {cpuUs:F1} | {loop.Commits / wall.TotalSeconds:F0} "
            + $"| {At(waits, 0.5):F0} | {At(waits, 0.99):F0} | {At(waits, 0.999):F0} |"));
    }

    private static (double Cpu, double Wall) Measure(int pairs, Action run)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var start = TimeProvider.System.GetTimestamp();
        run();
        var wall = TimeProvider.System.GetElapsedTime(start);
        return ((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / pairs, wall.TotalMicroseconds / pairs);
    }

    private static double At(IReadOnlyList<double> sorted, double quantile)
        => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * quantile))];
}
