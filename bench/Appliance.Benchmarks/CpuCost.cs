using System.Globalization;
using Appliance.Pkcs11;

namespace Appliance.Benchmarks;

/// <summary>
/// Processor time per signature (user and system, all threads) of each way to sign, in alternation: what stays
/// comparable on a machine that others load, where wall time is theirs too.
/// </summary>
internal static class CpuCost
{
    private const int Rounds = 15;
    private const int Threads = 2;

    public static void Print()
    {
        Console.WriteLine("| algorithm | way | CPU us per signature, median (lowest) | signatures/s, best |");
        Console.WriteLine("|---|---|---:|---:|");
        foreach (var algorithm in new[] { KeyAlgorithm.EcP256, KeyAlgorithm.Rsa2048 })
        {
            using var benchmark = new SigningThroughputBenchmarks { Algorithm = algorithm, Threads = Threads };
            benchmark.SetUp();
            (string Name, Action Run)[] ways =
                [("raw", benchmark.Raw), ("inline", benchmark.Inline), ("workers", benchmark.Workers)];
            var costs = ways.Select(_ => new List<(double Cpu, double Rate)>()).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < ways.Length; i++)
                {
                    costs[i].Add(Measure(ways[i].Run));
                }
            }

            for (var i = 0; i < ways.Length; i++)
            {
                var cpu = costs[i].Select(cost => cost.Cpu).Order().ToList();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {algorithm} | {ways[i].Name} | {cpu[cpu.Count / 2]:F1} ({cpu[0]:F1}) "
                    + $"| {costs[i].Max(cost => cost.Rate):F0} |"));
            }
        }
    }

    private static (double Cpu, double Rate) Measure(Action run)
    {
        var time = TimeProvider.System;
        var cpu = Environment.CpuUsage.TotalTime;
        var start = time.GetTimestamp();
        run();
        var wall = time.GetElapsedTime(start);
        var used = Environment.CpuUsage.TotalTime - cpu;
        const int Signatures = SigningThroughputBenchmarks.Signatures;
        return (used.TotalMicroseconds / Signatures, Signatures / wall.TotalSeconds);
    }
}
