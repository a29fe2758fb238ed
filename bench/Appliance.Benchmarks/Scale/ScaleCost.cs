using System.Globalization;

namespace Appliance.Benchmarks.Scale;

/// <summary>What a full store costs: the same rounds against it and against an empty one, by turns in one run.</summary>
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
            var (fulls, empties) = (new List<ScaleRow>(), new List<ScaleRow>());
            for (var round = -1; round < Rounds; round++)
            {
                // Either comes first by turns, so that a drift of the machine hits both alike.
                var first = await (round % 2 == 0 ? full : empty).RunAsync();
                var second = await (round % 2 == 0 ? empty : full).RunAsync();
                if (round >= 0)
                {
                    (round % 2 == 0 ? fulls : empties).Add(first);
                    (round % 2 == 0 ? empties : fulls).Add(second);
                }
            }

            Print(fulls, empties);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Print(List<ScaleRow> fulls, List<ScaleRow> empties)
    {
        Console.WriteLine("| store, 64 callers | pairs/s | CPU us per pair | commits/s | wait us p50 | p99 |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (var (name, rows) in new[] { ("full", fulls), ("empty", empties) })
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Median(rows.Select(row => row.Pairs)):F0} | {Median(rows.Select(row => row.CpuUs)):F1} "
                + $"| {Median(rows.Select(row => row.Commits)):F0} | {Median(rows.Select(row => row.WaitUs)):F0} "
                + $"| {Median(rows.Select(row => row.LongWaitUs)):F0} |"));
        }

        var ratio = Median(fulls.Zip(empties, (full, empty) => full.Pairs / empty.Pairs));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio of pairs, full to empty: {ratio:F2}"));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
