using System.Globalization;

namespace Appliance.Benchmarks.Scale;

/// <summary>What a full store costs: the same rounds against it and an empty one, by turns in one run.</summary>
internal static class ScaleCost
{
    private const int Rounds = 7;

    public static async Task Print(string path, int credentials)
    {
        var directory = Directory.CreateTempSubdirectory("appliance-bench-scale-").FullName;
        try
        {
            await using var full = await ScaleScene.OpenAsync(path, credentials);
            await using var empty = await ScaleScene.OpenAsync(
                Path.Combine(directory, "store.db"), ScaleScene.ActivationCount);
            await empty.AddCredentialsAsync();
            Console.WriteLine(
                "| signers at a time | store | pairs/s | CPU us per pair | KB read | KB written | commits/s "
                + "| wait us p50 | p99 |");
            Console.WriteLine("|---:|---|---:|---:|---:|---:|---:|---:|---:|");
            var ratios = new List<string>();
            foreach (var signers in new[] { ScaleScene.Callers, ScaleScene.ActivationCount })
            {
                ratios.Add(await CompareAsync(full, empty, signers));
            }

            Console.WriteLine($"pairs, full to empty: {string.Join(", ", ratios)}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<string> CompareAsync(ScaleScene full, ScaleScene empty, int signers)
    {
        var (fulls, empties) = (new List<ScaleRow>(), new List<ScaleRow>());
        for (var round = -1; round < Rounds; round++)
        {
            // Either comes first by turns, so that a drift of the machine hits both alike.
            var first = await (round % 2 == 0 ? full : empty).RunAsync(signers);
            var second = await (round % 2 == 0 ? empty : full).RunAsync(signers);
            if (round >= 0)
            {
                (round % 2 == 0 ? fulls : empties).Add(first);
                (round % 2 == 0 ? empties : fulls).Add(second);
            }
        }

        foreach (var (name, rows) in new[] { ("full", fulls), ("empty", empties) })
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {signers} | {name} | {Median(rows.Select(row => row.Pairs)):F0} "
                + $"| {Median(rows.Select(row => row.CpuUs)):F1} | {Median(rows.Select(row => row.ReadKb)):F1} "
                + $"| {Median(rows.Select(row => row.WrittenKb)):F1} | {Median(rows.Select(row => row.Commits)):F0} "
                + $"| {Median(rows.Select(row => row.WaitUs)):F0} "
                + $"| {Median(rows.Select(row => row.LongWaitUs)):F0} |"));
        }

        var ratio = Median(fulls.Zip(empties, (one, other) => one.Pairs / other.Pairs));
        return string.Create(CultureInfo.InvariantCulture, $"{ratio:F2} with {signers} signers at a time");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
