using Appliance.Ledger;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>An appliance with little room: who asks for much waits, and nobody else does.</summary>
public sealed class StampFlowTests(StampFlowTests.Narrow fixture) : IClassFixture<StampFlowTests.Narrow>
{
    private readonly TsaAppliance _tsa = fixture.Tsa;
    private readonly StampCalls _calls = new(fixture.Tsa.Appliance);

    private static CancellationToken Stopped => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_with_more_digests_than_there_are_places_are_answered_one_beside_the_other()
    {
        using var unit = _tsa.Chain("p256")[0];
        var calls = Enumerable.Range(0, 8).Select(_ => StampAsync(25)).ToList();
        foreach (var call in calls)
        {
            var (hashes, response) = await call;
            for (var i = 0; i < hashes.Count; i++)
            {
                Assert.Null(response.Results[i].Failure);
                hashes[i].Stamped(response.Results[i].Token.Memory, unit);
            }
        }

        Assert.Equal(3, _tsa.Appliance.Wires.Streams.Places.Free);
    }

    [Fact]
    public async Task A_client_that_never_reads_is_stopped_and_disturbs_nobody()
    {
        var appliance = _tsa.Appliance;
        await using var call = _calls.Stream(Stopped);
        using var silenced = CancellationTokenSource.CreateLinkedTokenSource(Stopped);
        var sending = FloodAsync(call, silenced.Token);

        // When a round of others' calls saw no intent but their own, the stream has come to rest.
        for (int before = -1, taken; (taken = Intents()) != before + 20 || taken == 0; before = taken)
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Null((await StampAsync(1)).Response.Results[0].Failure);
            }
        }

        Assert.False(sending.IsCompleted);
        Assert.Equal(3, appliance.Wires.Streams.Places.Free);
        await silenced.CancelAsync();
        await Record.ExceptionAsync(() => sending);
    }

    [Fact]
    public async Task A_duplicate_id_in_flight_is_refused_and_the_first_is_answered()
    {
        var hash = new StampedHash();
        await using var call = _calls.Stream(Stopped);
        var statuses = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            await call.WriteAsync(StampCalls.Item("same", StampCalls.DigestOf(hash)), Stopped);
        }

        await call.CompleteAsync(Stopped);
        while (await call.ReadAsync(Stopped) is { } message)
        {
            Assert.Equal("same", message.Result.Id);
            Assert.Equal(message.Result.Token.IsEmpty, message.Result.Failure is not null);
            statuses.Add(message.Result.Failure?.Status.Message ?? "");
        }

        Assert.Equal(100, statuses.Count);
        Assert.Equal(
            ["", "Another item with this id is in flight"],
            statuses.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private static async Task FloodAsync(
        Appliance.Grpc.Client.GrpcBidirectionalStreamingCall<Proto.StampStreamRequest, Proto.StampStreamResponse> call,
        CancellationToken silenced)
    {
        for (var i = 0; i < 100_000; i++)
        {
            await call.WriteAsync(
                StampCalls.Item("i" + i.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    StampCalls.DigestOf(new StampedHash())),
                silenced);
        }
    }

    private async Task<(List<StampedHash> Hashes, Proto.StampResponse Response)> StampAsync(int count)
    {
        var hashes = Enumerable.Range(0, count).Select(_ => new StampedHash()).ToList();
        return (hashes, await _calls.StampAsync(
            new() { Digests = { hashes.Select(hash => StampCalls.DigestOf(hash)) } }));
    }

    private int Intents() => _tsa.Appliance.Audit(AuditEvent.TimestampIntent, 100_000).Count;

    /// <summary>Three places, and four items of a stream in flight.</summary>
    public sealed class Narrow : IAsyncLifetime
    {
        internal TsaAppliance Tsa { get; } = new()
        {
            Settings = [new("Limits:StreamItemsInWork", "3"), new("Limits:StreamItems", "4")],
        };

        public ValueTask InitializeAsync() => Tsa.InitializeAsync();

        public ValueTask DisposeAsync() => Tsa.DisposeAsync();
    }
}
