using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Appliance.Pkcs11;

namespace Appliance.Load.Hosting;

/// <summary>
/// What it costs that a library runs in a child process: the same jobs on the same token, in this process and in a
/// child, alternating in one run, medians of the rounds.
/// </summary>
internal static class HostingCommand
{
    private static readonly (string Name, int InFlight, int Hashes)[] s_cases =
        [("lone", 1, 1), ("unary", 64, 1), ("batch", 8, 100)];

    public static async Task<int> RunAsync(string[] args)
    {
        var (rounds, seconds) = args.Contains("--quick", StringComparer.Ordinal) ? (3, 1.0) : (5, 3.0);
        using var hsm = new ThrowawayToken();
        using var here = hsm.Open(isHosted: false, out var local);
        using var there = hsm.Open(isHosted: true, out var remote);
        using var inProcess = new SlotGroup([local], new SlotGroupOptions());
        using var process = new SlotGroup([remote], new SlotGroupOptions());
        foreach (var algorithm in hsm.Keys.Keys)
        {
            foreach (var (name, inFlight, hashes) in s_cases)
            {
                var rows = new Dictionary<string, List<HostingRow>>(StringComparer.Ordinal)
                {
                    ["inProcess"] = [],
                    ["process"] = [],
                };
                for (var round = 0; round <= rounds; round++)
                {
                    foreach (var (mode, list) in rows)
                    {
                        var group = string.Equals(mode, "process", StringComparison.Ordinal) ? process : inProcess;
                        var row = await MeasureAsync(group, hsm.Keys[algorithm], inFlight, hashes, seconds);
                        if (round > 0)
                        {
                            list.Add(row);
                        }
                    }
                }

                foreach (var (mode, list) in rows)
                {
                    Write(algorithm, name, mode, list);
                }
            }
        }

        remote.Dispose();
        local.Dispose();
        return 0;
    }

    private static async Task<HostingRow> MeasureAsync(
        SlotGroup group, KeyReference key, int inFlight, int hashes, double seconds)
    {
        var scheme = new SignatureScheme(
            key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        var elapsed = new ConcurrentBag<List<double>>();
        var began = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var loops = Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            var mine = new List<double>(1024);
            elapsed.Add(mine);
            var job = new SignJob
            {
                Key = key,
                Scheme = scheme,
                Hashes = [.. Enumerable.Range(0, hashes).Select(_ => RandomNumberGenerator.GetBytes(32))],
                IsBulk = hashes > 1,
            };
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
            {
                var start = Stopwatch.GetTimestamp();
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                job.Completed = _ => done.SetResult();
                if (!group.TryEnqueue(job))
                {
                    throw new InvalidOperationException($"A job was not taken: {job.Outcome}.");
                }

                await done.Task;
                if (job.Outcome != SignOutcome.Signed)
                {
                    throw new InvalidOperationException($"A job ended as {job.Outcome}.");
                }

                mine.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        })).ToArray();
        await Task.WhenAll(loops);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var sorted = elapsed.SelectMany(list => list).Order().ToArray();
        return new HostingRow(
            sorted.Length * hashes / took,
            sorted[sorted.Length / 2],
            sorted[sorted.Length * 99 / 100],
            (Environment.CpuUsage.TotalTime - used).TotalSeconds / took);
    }

    private static void Write(KeyAlgorithm algorithm, string name, string mode, List<HostingRow> rows)
    {
        var perSecond = Median(rows, row => row.PerSecond);
        var median = Median(rows, row => row.Median);
        var p99 = Median(rows, row => row.P99);
        var processors = Median(rows, row => row.ProcessorShare);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"case\":\"{name}\",\"key\":\"{algorithm}\",\"hosting\":\"{mode}\",\"perSecond\":{perSecond:F0},")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"\"medianUs\":{median:F0},\"p99Us\":{p99:F0},\"processors\":{processors:F2}}}"));
    }

    private static double Median(List<HostingRow> rows, Func<HostingRow, double> value)
        => rows.Select(value).Order().ElementAt(rows.Count / 2);
}
