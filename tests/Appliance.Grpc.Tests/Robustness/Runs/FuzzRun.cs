using System.Collections.Concurrent;
using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Damage;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Runs;

/// <summary>
/// Throws cases at a server, many at a time. What a case does is decided by seed and number alone. Cases whose damage
/// is gRPC's share connections, a few dozen each: Kestrel ends a connection that has some 200 uploads refused within
/// 5 s, which is right and not what is tried here.
/// </summary>
internal sealed class FuzzRun(int port, int seed, CancellationToken cancellationToken)
{
    private const int AtATime = 24;
    private const int CasesPerConnection = 40;
    private const int MostFailures = 20;
    private const ulong GoodCall = 1UL << 62;

    private static readonly Family[] s_families =
    [
        .. MessageDamage.Families, .. PayloadDamage.Families, .. HeaderDamage.Families, .. ResetDamage.Families,
        .. FrameDamage.Families, .. FlowDamage.Families, .. ConnectionDamage.Families,
    ];

    private static readonly int s_weights = s_families.Sum(family => family.Weight);

    private readonly ConcurrentDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentQueue<Peer> _parked = new();

    /// <summary>The first ones, each with what is needed to repeat it.</summary>
    public IEnumerable<string> Failures => _failures.Take(MostFailures);

    /// <summary>Outcomes, how often.</summary>
    public IReadOnlyDictionary<string, int> Outcomes => _outcomes;

    /// <summary>Runs the cases from one number up to another; then a good call on a connection of its own.</summary>
    public async Task RunAsync(long from, long to)
    {
        var next = from - 1;
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => Task.Run(WorkAsync, cancellationToken)));
        while (_parked.TryDequeue(out var parked))
        {
            await parked.DisposeAsync();
        }

        await using var peer = await ConnectAsync(hello: true);
        await CallAsync(peer, "after all");

        async Task WorkAsync()
        {
            var connection = default(Peer);
            var used = 0;
            for (var number = Interlocked.Increment(ref next); number < to; number = Interlocked.Increment(ref next))
            {
                var random = new Random(Mix(seed, number));
                var family = Pick(random);
                if (family.OwnConnection)
                {
                    await RunAloneAsync(family, random, number);
                    continue;
                }

                connection ??= await ConnectAsync(hello: true);
                var outcome = await RunCaseAsync(connection, family, random, number);
                if (outcome.Failure is not null || connection.Closed || ++used >= CasesPerConnection)
                {
                    if (outcome.Failure is null)
                    {
                        await CallAsync(connection, $"after case {number}");
                    }

                    await connection.DisposeAsync();
                    (connection, used) = (null, 0);
                }
            }

            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>Connections that open and reset more streams than Kestrel keeps up with; then a good call.</summary>
    public async Task RunResetFloodsAsync(int count)
    {
        const int Streams = 300;
        var flood = new Family(
            "flood of resets", 1, true, static builder =>
            {
                builder.Hello();
                ResetDamage.OpenAndReset(builder, Streams);
            });
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
            async (number, _) => await RunAloneAsync(flood, new Random(Mix(seed, number)), number));

        await using var peer = await ConnectAsync(hello: true);
        await CallAsync(peer, "after all");
    }

    private static Family Pick(Random random)
    {
        var at = random.Next(s_weights);
        return s_families.First(family => (at -= family.Weight) < 0);
    }

    /// <summary>SplitMix64's finaliser: neighbours get generators that have nothing in common.</summary>
    private static int Mix(int seed, long number) => unchecked((int)Finish(((ulong)(uint)seed << 32) + (ulong)number));

    private static ulong Finish(ulong value)
    {
        unchecked
        {
            value = (value + 0x9E3779B97F4A7C15UL) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ value >> 27) * 0x94D049BB133111EBUL;
            return value ^ value >> 31;
        }
    }

    private async Task RunAloneAsync(Family family, Random random, long number)
    {
        var peer = await ConnectAsync(hello: false);
        var outcome = await RunCaseAsync(peer, family, random, number);
        if (outcome.Kind.StartsWith("left open", StringComparison.Ordinal))
        {
            _parked.Enqueue(peer);
        }
        else
        {
            await peer.DisposeAsync();
        }
    }

    private async Task<Outcome> RunCaseAsync(Peer peer, Family family, Random random, long number)
    {
        var builder = new CaseBuilder(random, peer.NextStream);
        family.Write(builder);
        builder.Send();
        peer.NextStream = builder.Case.NextStream;
        var outcome = await new CaseRunner(peer, builder.Case, (ulong)number, cancellationToken).RunAsync();
        _outcomes.AddOrUpdate(outcome.Kind, 1, static (_, count) => count + 1);
        if (outcome.Failure is not null)
        {
            _failures.Enqueue($"seed {seed} case {number} ({family.Name}): {outcome.Failure}");
        }

        return outcome;
    }

    private async Task<Peer> ConnectAsync(bool hello)
    {
        var peer = await Peer.ConnectAsync(port, cancellationToken);
        if (hello)
        {
            await peer.SendAsync(Http2.Hello(), cancellationToken);
        }

        return peer;
    }

    private async Task CallAsync(Peer peer, string when)
    {
        var builder = new CaseBuilder(new Random(seed), peer.NextStream);
        builder.Request(Sample.Valid(builder.Random), Due.Status(GrpcStatusCode.Ok));
        builder.Send();
        peer.NextStream = builder.Case.NextStream;
        var outcome = await new CaseRunner(peer, builder.Case, GoodCall, cancellationToken).RunAsync();
        if (outcome.Failure is not null)
        {
            _failures.Enqueue($"seed {seed}, a good call {when}: {outcome.Failure}");
        }
    }
}
