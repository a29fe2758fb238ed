using System.Diagnostics;
using System.Text.Json;
using Appliance.Load.Timestamps;
using Appliance.Pkcs11;

namespace Appliance.Load.Ratio;

/// <summary>
/// How near the whole path (authentication, SAD, durable ledger, audit) comes to the token: raw C_Sign and the
/// appliance, alternating in one run, medians of the rounds, one JSON line a row. Every hash is signed once, authorised
/// before the clock starts. The case tsa is the time-stamping authority's (<see cref="StampRatio"/>).
/// load/ratio.sh starts the appliance and calls this.
/// </summary>
internal static class RatioCommand
{
    private static readonly RatioCase[] s_cases =
        [new("unary", 1, 2, 32), new("batch", 100, 2, 4), new("stream", 1, 2, 0, Streams: true)];

    public static async Task<int> RunAsync(string[] args)
    {
        var directory = args[0];
        var only = args.SkipWhile(arg => arg != "--case").Skip(1).FirstOrDefault();
        var cases = s_cases.Where(item => only is null || item.Name == only).ToArray();
        var (rounds, seconds) = args.Contains("--quick", StringComparer.Ordinal) ? (3, 2.0) : (5, 3.0);
        var fixture = Fixture.Read(directory);
        var stamps = only is null or "tsa" ? StampTarget.Of(fixture) : [];
        if (cases.Length == 0 && stamps.Count == 0)
        {
            throw new ArgumentException(
                $"There is no case {only}, or fixture.json has nothing to measure it with.", nameof(args));
        }

        var tallies = cases.Length > 0 ? new Tallies() : null;
        var stampTallies = stamps.Count > 0 ? new StampTallies() : null;
        var configuration = await File.ReadAllBytesAsync(Path.Combine(directory, "appsettings.json"));
        var settings = JsonDocument.Parse(configuration).RootElement;
        using (var module = Pkcs11Module.Load(settings.GetProperty("Token").GetProperty("Module").GetString()!))
        using (var token = OpenToken(module, settings, directory))
        {
            if (tallies is not null)
            {
                await MeasureAsync(cases, fixture, token, tallies, rounds, seconds);
            }

            foreach (var unit in stamps)
            {
                await new StampRatio(fixture, token, directory, stampTallies!)
                    .MeasureAsync(unit, rounds, (int)seconds);
            }
        }

        return await AgreementCheck.RunAsync(fixture, tallies, Path.Combine(directory, "store.db"), stampTallies);
    }

    private static async Task MeasureAsync(
        RatioCase[] cases, Fixture fixture, Token token, Tallies tallies, int rounds, double seconds)
    {
        using var calls = new ApplianceCalls(new Uri(fixture.Grpc));
        var tokens = await SigningLoad.LoginAsync(fixture, calls);
        for (var i = 0; i < SigningLoad.Algorithms.Length; i++)
        {
            await MeasureAsync(
                SigningLoad.Algorithms[i], i, cases, fixture, calls, tokens, token, tallies, rounds, seconds);
        }
    }

    private static async Task MeasureAsync(
        (string Name, string SignAlgo) algorithm,
        int step,
        RatioCase[] cases,
        Fixture fixture,
        ApplianceCalls calls,
        string[] tokens,
        Token token,
        Tallies tallies,
        int rounds,
        double seconds)
    {
        var activations = await SigningLoad.AuthorizeAsync(algorithm, step, fixture, calls, tokens);
        using var raw = new RawSigner(token, algorithm.Name);
        var keyType = algorithm.Name.StartsWith("RSA", StringComparison.Ordinal) ? 0u : 3u;
        raw.Calibrate([.. token.FindKeys()
            .Where(key => key.Class == TokenKeyClass.Private && key.KeyType == keyType)
            .Take(activations.Count)]);
        var duration = TimeSpan.FromSeconds(seconds);
        var rows = cases.ToDictionary(item => item, _ => new List<RatioRow>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (var item in cases)
            {
                // Raw before and after by turns, so that a drift of the machine hits both alike.
                var rawFirst = round % 2 == 0 ? raw.Measure(duration) : 0;
                var row = await SigningLoad.DriveAsync(item, activations, fixture, tokens, tallies, duration);
                var rawRate = rawFirst > 0 ? rawFirst : raw.Measure(duration);
                if (round >= 0)
                {
                    rows[item].Add(row with { Raw = rawRate });
                }
            }
        }

        foreach (var (item, measured) in rows)
        {
            Print(item, algorithm.Name, raw.Threads, measured);
        }
    }

    private static void Print(RatioCase item, string algorithm, int rawThreads, List<RatioRow> rows)
    {
        var elapsed = rows.SelectMany(row => row.Elapsed).Order().ToArray();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = item.Name,
            algorithm,
            raw = Math.Round(Median(rows, row => row.Raw)),
            appliance = Math.Round(Median(rows, row => row.Appliance)),
            ratio = Math.Round(Median(rows, row => row.Appliance / row.Raw), 3),
            cpuUsPerSignature = Math.Round(Median(rows, row => row.CpuUs), 1),
            p50us = Microseconds(elapsed, 0.50),
            p99us = Microseconds(elapsed, 0.99),
            rawThreads,
            rounds = rows.Count,
        }));
    }

    private static Token OpenToken(Pkcs11Module module, JsonElement settings, string directory)
    {
        var section = settings.GetProperty("Token");
        var token = module.OpenToken(TokenSelector.Parse(section.GetProperty("Token").GetString()!));
        token.Login(
            PinSource.FromFile(section.GetProperty("PinFile").GetString()!),
            new RefusedPins(Path.Combine(directory, "load.refused-pins"), TimeProvider.System));
        return token;
    }

    private static double Median(List<RatioRow> rows, Func<RatioRow, double> value)
        => rows.Select(value).Order().ElementAt(rows.Count / 2);

    private static long Microseconds(long[] sorted, double quantile)
        => sorted.Length == 0
            ? 0
            : (long)(sorted[(int)((sorted.Length - 1) * quantile)] * 1_000_000.0 / Stopwatch.Frequency);
}
