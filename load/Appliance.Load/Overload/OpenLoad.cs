using System.Net;
using Appliance.Load.Http2;
using Appliance.Load.Ratio;

namespace Appliance.Load.Overload;

/// <summary>An open loop over several connections, each a thread with activations of its own.</summary>
internal static class OpenLoad
{
    private const int Connections = 2;
    private const int InFlight = 1_000;

    private static readonly TimeSpan s_untilStart = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs the phases.</summary>
    /// <param name="phases">Of all connections together.</param>
    /// <param name="slow">What takes longer was not answered as usual.</param>
    /// <param name="activations">Nobody else's meanwhile.</param>
    /// <param name="fixture">The appliance.</param>
    /// <param name="tokens">Of the signers.</param>
    /// <param name="tallies">Gets the signatures.</param>
    /// <returns>What became of each phase, and when the last one began, nanoseconds.</returns>
    public static async Task<(PhaseTally[] Phases, long LastBegan)> RunAsync(
        OpenPhase[] phases,
        TimeSpan slow,
        List<Activation> activations,
        Fixture fixture,
        string[] tokens,
        Tallies tallies)
    {
        var start = OpenSigning.Now() + (long)s_untilStart.TotalNanoseconds;
        OpenPhase[] own = [.. phases.Select(phase => phase with { Rate = phase.Rate / Connections })];
        var workloads = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async index =>
        {
            var workload = new OpenSigning(
                [.. activations.Where((_, i) => i % Connections == index)], own, start, slow);
            using var connection = Connect(fixture, tokens);
            await connection.RunAsync(InFlight, workload);
            return workload;
        }));
        var sums = phases.Select(_ => new PhaseTally()).ToArray();
        foreach (var workload in workloads)
        {
            if (workload.Failure is { } failure)
            {
                throw new InvalidOperationException(failure);
            }

            tallies.Add(workload.Answers);
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i].Add(workload.Tallies[i]);
            }
        }

        return (sums, start + (long)phases[..^1].Sum(phase => phase.Duration.TotalNanoseconds));
    }

    private static LeanConnection Connect(Fixture fixture, string[] tokens)
    {
        var address = new Uri(fixture.Grpc);
        var variants = tokens
            .Select(token => (IReadOnlyList<KeyValuePair<string, string>>)[new("authorization", $"Bearer {token}")])
            .ToArray();
        return LeanConnection.Connect(
            new IPEndPoint(IPAddress.Parse(address.Host), address.Port),
            "/csc.v2.Signatures/SignHash",
            [],
            variants);
    }
}
