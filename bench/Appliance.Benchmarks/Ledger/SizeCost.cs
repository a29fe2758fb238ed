using System.Globalization;
using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Benchmarks.Ledger;

/// <summary>
/// What it costs to reserve and consume one hash of an activation of ten hashes, and of one of a million that was
/// filled as a bulk activation: the statements alone, in transactions of 64.
/// </summary>
internal static class SizeCost
{
    private const int Batch = 64;
    private const int Pairs = 64_000;

    public static async Task Print()
    {
        Console.WriteLine("| hashes each | filled, hashes/s | verified, s | CPU us per pair | wall us per pair |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");
        foreach (var size in new[] { 10, 10_000, 1_000_000 })
        {
            await PrintAsync(size);
        }
    }

    private static async Task PrintAsync(int size)
    {
        var directory = Directory.CreateTempSubdirectory("appliance-bench-size-").FullName;
        using (var store = Store.Open(new StoreOptions { Path = Path.Combine(directory, "store.db") }))
        {
            var time = TimeProvider.System;
            var loop = new CommitLoop(store, new CommitLoopOptions(), time, NullLogger<CommitLoop>.Instance);
            var activations = await Activations.StartAsync(
                loop, RandomNumberGenerator.GetBytes(32), "bench", time, CancellationToken.None);
            var scene = new SizeScene(store, loop, activations, size);
            var start = time.GetTimestamp();
            await scene.FillAsync(Math.Max(1, Math.Min(Pairs / size, 6_400)));
            var fill = time.GetElapsedTime(start);
            start = time.GetTimestamp();
            await scene.OpenAsync();
            var verify = time.GetElapsedTime(start);
            await activations.DisposeAsync();
            await loop.DisposeAsync();

            var pairs = Math.Min(Pairs, scene.Count) / Batch * Batch;
            var cpu = Environment.CpuUsage.TotalTime;
            start = time.GetTimestamp();
            Run(scene, pairs);
            var wall = time.GetElapsedTime(start);
            var cpuUs = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / pairs;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {size} | {scene.Count / fill.TotalSeconds:F0} | {verify.TotalSeconds:F2} | {cpuUs:F1} "
                + $"| {wall.TotalMicroseconds / pairs:F1} |"));
        }

        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Each transaction reserves and consumes one batch.</summary>
    private static void Run(SizeScene scene, int pairs)
    {
        var reservation = new Reservation(scene.Activations, static _ => { });
        var settlement = new Settlement(reservation, null);
        var writer = scene.Store.Writer;
        for (var n = 0; n < pairs; n += Batch)
        {
            writer.Begin();
            for (var i = 0; i < Batch; i++)
            {
                reservation.Prepare(scene.Request(n + i));
                reservation.Apply(writer);
                reservation.Committed();
                if (reservation.Status != ReservationStatus.Ok)
                {
                    throw new InvalidOperationException($"A reservation ended as {reservation.Status}.");
                }

                settlement.Prepare(ReservationOutcome.Consumed, scene.Now, null);
                settlement.Apply(writer);
            }

            writer.Commit();
        }
    }
}
