using System.Globalization;
using Appliance.Pkcs11;

namespace Appliance.Benchmarks;

/// <summary>Processor time and allocations of a time-stamp, as <see cref="CpuCost"/> has them of a signature.</summary>
internal static class TimestampCpuCost
{
    private const int Rounds = 15;

    public static void Print()
    {
        Console.WriteLine("| algorithm | way | CPU us each, median (lowest) | a second of a core | bytes |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        foreach (var algorithm in new[] { KeyAlgorithm.EcP256, KeyAlgorithm.Rsa2048 })
        {
            using var benchmark = new TimestampBenchmarks { Algorithm = algorithm, Certificates = true };
            benchmark.SetUp();
            var signatures = algorithm == KeyAlgorithm.EcP256 ? 2_000 : 200;
            (string Name, int Count, Action Run)[] ways =
            [
                ("raw", signatures, () => benchmark.Raw()),
                ("token", signatures, () => benchmark.Token()),
                ("encode", 20_000, () => benchmark.Encode()),
                ("begin", 20_000, () => benchmark.Begin()),
                ("refuse", 100_000, () => benchmark.Refuse()),
            ];
            var costs = ways.Select(_ => new List<(double Cpu, double Bytes)>()).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < ways.Length; i++)
                {
                    costs[i].Add(Measure(ways[i].Run, ways[i].Count));
                }
            }

            for (var i = 0; i < ways.Length; i++)
            {
                var cpu = costs[i].Select(cost => cost.Cpu).Order().ToList();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {algorithm} | {ways[i].Name} | {cpu[cpu.Count / 2]:F2} ({cpu[0]:F2}) "
                    + $"| {1_000_000 / cpu[0]:F0} | {costs[i].Min(cost => cost.Bytes):F0} |"));
            }
        }
    }

    private static (double Cpu, double Bytes) Measure(Action run, int count)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < count; i++)
        {
            run();
        }

        var used = Environment.CpuUsage.TotalTime - cpu;
        return (used.TotalMicroseconds / count, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / count);
    }
}
