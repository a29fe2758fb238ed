using System.Text.Json;
using Appliance.Load.Ratio;
using Appliance.Pkcs11;

namespace Appliance.Load.Timestamps;

/// <summary>
/// How near the time-stamping authority comes to its token: raw C_Sign over the unit's own key and wrk's closed loop,
/// alternating, then an open loop at 70 % of the rate that the closed one reached. One JSON line each.
/// </summary>
internal sealed class StampRatio(Fixture fixture, Token token, string directory, StampTallies tallies)
{
    private const int Requests = 2048;
    private const int Connections = 128;
    private const double OpenShare = 0.7;

    /// <summary>Enough for any time that a request may take without counting as lost.</summary>
    private const int OpenConnections = 256;

    private readonly StampRequests _requests = new(Requests);

    public async Task MeasureAsync(StampTarget unit, int rounds, int seconds)
    {
        var path = Path.Combine(directory, "requests.bin");
        _requests.Write(path);
        var wrk = new Wrk(Path.Combine(Repository(), "load", "tsa.lua"), path, _requests.Length);
        using var raw = new RawSigner(token, unit.Algorithm);
        raw.Calibrate([token.FindKeys().First(
            key => key.Class == TokenKeyClass.Private && key.Label == unit.KeyLabel)]);
        var rows = new List<StampRow>();
        for (var round = -1; round < rounds; round++)
        {
            // Raw before and after by turns, so that a drift of the machine hits both alike.
            var duration = TimeSpan.FromSeconds(seconds);
            var before = round % 2 == 0 ? MeasureRaw(raw, duration) : default;
            var row = await DriveAsync(wrk, unit, seconds);
            var (rate, rawCpu) = before.Rate > 0 ? before : MeasureRaw(raw, duration);
            if (round >= 0)
            {
                rows.Add(row with { Raw = rate, RawCpuUs = rawCpu });
            }
        }

        Print(unit, raw.Threads, rows);
        MeasureOpen(unit, raw, Median(rows, static row => row.Appliance), rounds, seconds);
    }

    private static (double Rate, double CpuUs) MeasureRaw(RawSigner raw, TimeSpan duration)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var rate = raw.Measure(duration);
        var used = Environment.CpuUsage.TotalTime - cpu;
        return (rate, used.TotalMicroseconds / (rate * duration.TotalSeconds));
    }

    private async Task<StampRow> DriveAsync(Wrk wrk, StampTarget unit, int seconds)
    {
        var cpu = SigningLoad.ProcessorTime(fixture.ProcessId);
        var result = await wrk.RunAsync(unit.Url, Connections, seconds);
        var used = SigningLoad.ProcessorTime(fixture.ProcessId) - cpu;
        tallies.Answers += result.Answers;
        tallies.Abandoned += Connections;
        return new StampRow(
            0,
            result.Answers * 1_000_000.0 / result.Microseconds,
            0,
            used.TotalMicroseconds / result.Answers,
            (double)result.ProcessorTime / result.Answers,
            result.P50,
            result.P99);
    }

    private static void Print(StampTarget unit, int rawThreads, List<StampRow> rows)
    {
        var ratio = Median(rows, static row => row.Appliance / row.Raw);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = "tsa",
            algorithm = unit.Algorithm,
            raw = Math.Round(Median(rows, static row => row.Raw)),
            appliance = Math.Round(Median(rows, static row => row.Appliance)),
            ratio = Math.Round(ratio, 3),
            floor = unit.Floor,
            reached = ratio >= unit.Floor,
            best = Math.Round(rows.Max(static row => row.Appliance / row.Raw), 3),
            cpuUsPerSignature = Math.Round(Median(rows, static row => row.CpuUs), 1),
            rawCpuUs = Math.Round(Median(rows, static row => row.RawCpuUs), 1),
            clientCpuUs = Math.Round(Median(rows, static row => row.ClientCpuUs), 1),
            cpuRatio = Math.Round(Median(rows, static row => row.CpuRatio), 3),
            p50us = Median(rows, static row => row.P50),
            p99us = Median(rows, static row => row.P99),
            rawThreads,
            connections = Connections,
            rounds = rows.Count,
        }));
    }

    /// <summary>Its bound is made of what token and disk take at the same time, by turns with the loop.</summary>
    private void MeasureOpen(StampTarget unit, RawSigner raw, double peak, int rounds, int seconds)
    {
        var rate = OpenShare * peak;
        var runs = new List<OpenRow>();
        using var loop = new OpenLoop(unit.EndPoint, _requests.ToHttp(unit.Url), OpenConnections);
        for (var round = -1; round < rounds; round++)
        {
            var (sign, sync) = (raw.MeasureLone(), DiskSync.MedianMicroseconds(directory));
            var histogram = loop.Run(rate, TimeSpan.FromSeconds(seconds));
            tallies.Answers += histogram.Count;
            if (round >= 0)
            {
                runs.Add(new OpenRow(sign, sync, histogram));
            }
        }

        if (loop.Refused > 0)
        {
            throw new InvalidOperationException($"{loop.Refused} answers of the open loop have no token.");
        }

        tallies.Samples.AddRange(loop.Kept.Select(
            kept => new StampSample(_requests[kept.Request], kept.Response, unit.Certificate)));
        Print(unit, rate, runs);
    }

    private static void Print(StampTarget unit, double rate, List<OpenRow> runs)
    {
        var limit = Median(runs, static run => run.LimitUs);
        var p99 = Median(runs, static run => run.Microseconds(0.99));
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = "tsa-open",
            algorithm = unit.Algorithm,
            rate = Math.Round(rate),
            answers = runs.Sum(static run => run.Histogram.Count),
            p50us = Math.Round(Median(runs, static run => run.Microseconds(0.5))),
            p99us = Math.Round(p99),
            p999us = Math.Round(Median(runs, static run => run.Microseconds(0.999))),
            maxUs = Math.Round(runs.Max(static run => run.Microseconds(1))),
            rawSignUs = Math.Round(Median(runs, static run => run.SignUs), 1),
            fdatasyncUs = Math.Round(Median(runs, static run => run.SyncUs), 1),
            limitUs = Math.Round(limit),
            holds = p99 < limit,
            held = runs.Count(static run => run.Microseconds(0.99) < run.LimitUs),
            bestP99us = Math.Round(runs.Min(static run => run.Microseconds(0.99))),
            rounds = runs.Count,
        }));
    }

    private static double Median<T>(List<T> rows, Func<T, double> value)
        => rows.Select(value).Order().ElementAt(rows.Count / 2);

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Appliance.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
