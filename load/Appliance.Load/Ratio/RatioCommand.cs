using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Load.Http2;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Load.Ratio;

/// <summary>
/// How near the whole path (authentication, SAD, durable ledger, audit) comes to the token: raw C_Sign and the
/// appliance, alternating in one run, medians of the rounds, one JSON line a row. Every hash is signed once, authorised
/// before the clock starts. load/ratio.sh starts the appliance and calls this.
/// </summary>
internal static class RatioCommand
{
    private static readonly (string Name, string SignAlgo)[] s_algorithms =
        [("RSA-2048", "1.2.840.113549.1.1.11"), ("P-256", "1.2.840.10045.4.3.2")];

    private static readonly RatioCase[] s_cases =
        [new("unary", 1, 2, 32), new("batch", 100, 2, 4), new("stream", 1, 2, 0, Streams: true)];

    public static async Task<int> RunAsync(string[] args)
    {
        var directory = args[0];
        var only = args.SkipWhile(arg => arg != "--case").Skip(1).FirstOrDefault();
        var cases = s_cases.Where(item => only is null || item.Name == only).ToArray();
        var (rounds, seconds) = args.Contains("--quick", StringComparer.Ordinal) ? (3, 2.0) : (5, 3.0);
        var fixture = Fixture.Read(directory);
        using var calls = new ApplianceCalls(new Uri(fixture.Grpc));
        var tokens = new string[fixture.Signers.Count];
        for (var i = 0; i < tokens.Length; i++)
        {
            // One after the other: the lane for passwords is short on purpose.
            tokens[i] = await calls.LoginAsync(fixture.Signers[i]);
        }

        var tallies = new Tallies();
        var configuration = await File.ReadAllBytesAsync(Path.Combine(directory, "appsettings.json"));
        var settings = JsonDocument.Parse(configuration).RootElement;
        using (var module = Pkcs11Module.Load(settings.GetProperty("Token").GetProperty("Module").GetString()!))
        using (var token = OpenToken(module, settings, directory))
        {
            for (var i = 0; i < s_algorithms.Length; i++)
            {
                await MeasureAsync(s_algorithms[i], i, cases, fixture, calls, tokens, token, tallies, rounds, seconds);
            }
        }

        return await CheckAsync(fixture, tallies, Path.Combine(directory, "store.db"));
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
        var activations = await AuthorizeAsync(algorithm, step, fixture, calls, tokens);
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
                var row = await DriveAsync(item, activations, fixture, tokens, tallies, duration);
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

    /// <summary>A code serves a signer once: RSA takes the present step's, EC the next one's.</summary>
    private static async Task<List<Activation>> AuthorizeAsync(
        (string Name, string SignAlgo) algorithm, int step, Fixture fixture, ApplianceCalls calls, string[] tokens)
    {
        const int HashesPerActivation = 10_000;
        var activations = new List<Activation>();
        for (var i = 0; i < fixture.Signers.Count; i++)
        {
            var signer = fixture.Signers[i];
            var credential = signer.Credentials.First(item => item.Algorithm == algorithm.Name);
            var prepared = new Activation(
                credential.Id,
                credential.CertificatePem,
                algorithm.SignAlgo,
                i,
                HashesPerActivation,
                $"{credential.Id}/{step}");
            activations.Add(await calls.AuthorizeAsync(signer, tokens[i], prepared, step));
        }

        return activations;
    }

    private static async Task<RatioRow> DriveAsync(
        RatioCase item,
        List<Activation> activations,
        Fixture fixture,
        string[] tokens,
        Tallies tallies,
        TimeSpan duration)
    {
        var cpu = ProcessorTime(fixture.ProcessId);
        var start = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, item.Connections).Select(index =>
        {
            // Each connection has activations of its own: its thread shares nothing.
            var own = activations.Where((_, i) => i % item.Connections == index).ToList();
            return item.Streams
                ? StreamAsync(own, fixture, tokens, duration)
                : CallAsync(item, own, fixture, tokens, duration);
        }));
        var elapsed = Stopwatch.GetElapsedTime(start);
        var used = ProcessorTime(fixture.ProcessId) - cpu;
        foreach (var one in answers)
        {
            tallies.Add(one);
        }

        var signatures = answers.Sum(one => (long)one.Seen.Count);
        return new RatioRow(
            0,
            signatures / elapsed.TotalSeconds,
            used.TotalMicroseconds / signatures,
            [.. answers.SelectMany(one => one.Elapsed)]);
    }

    private static async Task<SignedAnswers> CallAsync(
        RatioCase item, List<Activation> activations, Fixture fixture, string[] tokens, TimeSpan duration)
    {
        var address = new Uri(fixture.Grpc);
        var endPoint = new IPEndPoint(IPAddress.Parse(address.Host), address.Port);
        var variants = tokens
            .Select(token => (IReadOnlyList<KeyValuePair<string, string>>)[new("authorization", $"Bearer {token}")])
            .ToArray();
        using var connection = LeanConnection.Connect(endPoint, "/csc.v2.Signatures/SignHash", [], variants);
        var workload = new SignWorkload(activations, item.HashesPerCall, duration);
        await connection.RunAsync(item.InFlight, workload);
        return workload.Failure is { } failure ? throw new InvalidOperationException(failure) : workload.Answers;
    }

    private static async Task<SignedAnswers> StreamAsync(
        List<Activation> activations, Fixture fixture, string[] tokens, TimeSpan duration)
    {
        using var channel = new GrpcChannel(new Uri(fixture.Grpc));
        var workload = new StreamWorkload(channel, activations, tokens, "2.16.840.1.101.3.4.2.1", duration);
        await workload.RunAsync();
        return workload.Answers;
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

    /// <summary>
    /// The answers, the consumed occurrences and the audit records are the same signatures; 1 % verify.
    /// </summary>
    private static async Task<int> CheckAsync(Fixture fixture, Tallies tallies, string storePath)
    {
        using (var server = Process.GetProcessById(fixture.ProcessId))
        {
            using var kill = Process.Start("kill", ["-TERM", fixture.ProcessId.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await server.WaitForExitAsync();
        }

        using var store = Store.Open(new StoreOptions { Path = storePath, TimeProvider = TimeProvider.System });
        var tally = store.Read(connection => connection.Activations.Tally());
        var (intents, done) = store.Read(CountAudit);
        var verified = tallies.Samples.Count(sample => sample.Verifies());
        var agree = tallies.Signatures == tallies.Distinct
            && tallies.Signatures == tally.Consumed
            && tallies.Signatures == intents
            && tallies.Signatures == done
            && tally is { Reserved: 0, Spent: 0 }
            && verified == tallies.Samples.Count;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            check = agree ? "agree" : "DISAGREE",
            answers = tallies.Signatures,
            distinct = tallies.Distinct,
            consumed = tally.Consumed,
            reserved = tally.Reserved,
            spent = tally.Spent,
            auditIntents = intents,
            auditDone = done,
            sampled = tallies.Samples.Count,
            verified,
        }));
        return agree ? 0 : 1;
    }

    private static (long Intents, long Done) CountAudit(StoreConnection connection)
    {
        const int PageSize = 10_000;
        var (intents, done) = (0L, 0L);
        long? after = null;
        while (true)
        {
            var page = AuditTrail.Read(
                connection, new AuditQuery { OldestFirst = true, After = after, Limit = PageSize });
            foreach (var entry in page)
            {
                intents += entry.Record.Event == AuditEvent.SignHashIntent ? entry.Record.Count : 0;
                done += entry.Record.Event == AuditEvent.SignHashDone ? entry.Record.Count : 0;
            }

            if (page.Count < PageSize)
            {
                return (intents, done);
            }

            after = page[^1].Sequence;
        }
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

    /// <summary>User and system time of a process.</summary>
    private static TimeSpan ProcessorTime(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    private static double Median(List<RatioRow> rows, Func<RatioRow, double> value)
        => rows.Select(value).Order().ElementAt(rows.Count / 2);

    private static long Microseconds(long[] sorted, double quantile)
        => sorted.Length == 0
            ? 0
            : (long)(sorted[(int)((sorted.Length - 1) * quantile)] * 1_000_000.0 / Stopwatch.Frequency);
}
