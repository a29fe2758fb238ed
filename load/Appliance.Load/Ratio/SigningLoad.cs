using System.Diagnostics;
using System.Net;
using Appliance.Grpc.Client;
using Appliance.Load.Http2;

namespace Appliance.Load.Ratio;

/// <summary>Signers that sign in, authorise hashes beforehand, and sign each once while the clock runs.</summary>
internal static class SigningLoad
{
    public static readonly (string Name, string SignAlgo)[] Algorithms =
        [("RSA-2048", "1.2.840.113549.1.1.11"), ("P-256", "1.2.840.10045.4.3.2")];

    /// <summary>An access token for each signer of the fixture.</summary>
    public static async Task<string[]> LoginAsync(Fixture fixture, ApplianceCalls calls)
    {
        var tokens = new string[fixture.Signers.Count];
        for (var i = 0; i < tokens.Length; i++)
        {
            // One after the other: the lane for passwords is short on purpose.
            tokens[i] = await calls.LoginAsync(fixture.Signers[i]);
        }

        return tokens;
    }

    /// <summary>A code serves a signer once: RSA takes the present step's, EC the next one's.</summary>
    public static async Task<List<Activation>> AuthorizeAsync(
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

    /// <summary>Signs for a time; the row's raw rate is left at 0.</summary>
    public static async Task<RatioRow> DriveAsync(
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

    /// <summary>User and system time of a process.</summary>
    public static TimeSpan ProcessorTime(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
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
}
