using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>Streams that ask for more than there is room for: they wait, and nobody else does.</summary>
public sealed class SignHashStreamFlowTests
{
    [Fact]
    public async Task A_client_that_does_not_read_its_results_is_stopped_and_disturbs_nobody()
    {
        await using var fixture = new StreamAppliance();
        await fixture.InitializeAsync();
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(8_000);
        var sad = await bulk.AuthorizeAsync(hashes);
        var others = new CscGrpcCalls(appliance);
        var otherSad = await appliance.AuthorizeAsync(appliance.Ioana, 2, 5_000);
        using var call = await bulk.StartAsync();
        var ballast = new string('x', 1_000);

        var sending = call.SendAsync([bulk.Defaults(sad), .. Bulk.Items(hashes).Select(WithBallast)]);

        // Others are served meanwhile; when a whole round of them saw no item taken, the stream has come to rest.
        long taken;
        var before = 0L;
        var calls = 0;
        while ((taken = Taken()) == 0 || taken != before)
        {
            before = taken;
            for (var i = 0; i < 50; i++, calls++)
            {
                await others.SignAsync(appliance.Ioana.Token, 2, otherSad, RunningAppliance.RandomHash());
            }
        }

        // The room of one stream, and what the client's own window (64 KiB) and the server's buffers hold of results.
        Assert.InRange(taken, 1, 256 + 2_000);
        Assert.False(sending.IsCompleted);
        Assert.Equal(appliance.Wires.Streams.Limits.StreamItemsInWork, appliance.Wires.Streams.Places.Free);

        var reading = call.ReadAllAsync();
        await sending;
        call.HalfClose();
        var (results, _) = await reading;
        Assert.Equal((0, hashes.Length), (call.Code, results.Values.Count(result => result.Status is null)));

        long Taken() => appliance.Quota().Used - calls;

        Proto.SignHashStreamRequest WithBallast(Proto.SignHashStreamRequest item)
        {
            item.Item.Request.ClientData = ballast;
            return item;
        }
    }

    [Fact]
    public async Task An_interactive_call_goes_before_items_that_came_earlier()
    {
        await using var fixture = new StreamAppliance();
        await fixture.InitializeAsync();
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(3);
        var sad = await bulk.AuthorizeAsync(hashes);
        using var call = await bulk.StartAsync();
        using var held = new ManualResetEventSlim();
        using var reached = new ManualResetEventSlim();
        var cancellation = TestContext.Current.CancellationToken;
        var gate = appliance.Ledger.WriteAsync(
            _ =>
            {
                reached.Set();
                held.Wait(cancellation);
                return true;
            },
            cancellation).AsTask();
        reached.Wait(cancellation);

        await call.SendAsync([bulk.Defaults(sad), .. Bulk.Items(hashes[..2])]);
        await WaitingAsync(2);
        var interactive = new CscGrpcCalls(appliance).SignAsync(appliance.Ioana.Token, 1, sad, hashes[2]);
        await WaitingAsync(3);
        held.Set();
        await gate;
        await interactive;
        call.HalfClose();
        var (results, _) = await call.ReadAllAsync();
        bulk.Signed(results["0"], hashes[0]);
        bulk.Signed(results["1"], hashes[1]);

        Assert.Equal(
            [hashes[2], hashes[0], hashes[1]],
            appliance.Audit(AuditEvent.SignHashIntent).Reverse().Select(entry => entry.Record.Digest.ToArray()));

        async Task WaitingAsync(int work)
        {
            while (appliance.Ledger.Waiting < work)
            {
                await Task.Yield();
            }
        }
    }

    [Theory]
    [InlineData("workers")]
    [InlineData("inline")]
    public async Task A_full_house_of_streams_waits_for_places_and_is_never_refused(string dispatch)
    {
        await using var fixture = new StreamAppliance(
        [
            new("Limits:Streams", "8"), new("Limits:StreamItems", "16"), new("Limits:StreamItemsInWork", "2"),
            new("Limits:CallsInFlight", "1"), new("Token:Dispatch", dispatch), new("Token:Sessions", "2"),
        ]);
        await fixture.InitializeAsync();
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(400);
        var sad = await bulk.AuthorizeAsync(hashes);
        var otherSad = await appliance.AuthorizeAsync(appliance.Ioana, 2, 100);

        var streams = hashes.Chunk(50).Select(SignAllAsync).ToList();
        var others = new CscGrpcCalls(appliance);
        for (var i = 0; i < 100; i++)
        {
            // The only place of calls is theirs.
            await others.SignAsync(appliance.Ioana.Token, 2, otherSad, RunningAppliance.RandomHash());
        }

        await Task.WhenAll(streams);
        Assert.Equal((0, 500, 0), appliance.Quota());
        while (appliance.Wires.Streams.Places.Free < 2)
        {
            await Task.Yield();
        }

        async Task SignAllAsync(byte[][] mine)
        {
            using var call = await bulk.StartAsync();
            var reading = call.ReadAllAsync();
            await call.SendAsync([bulk.Defaults(sad), .. Bulk.Items(mine)]);
            call.HalfClose();
            var (results, end) = await reading;
            Assert.Equal((0, null), (call.Code, end));
            for (var i = 0; i < mine.Length; i++)
            {
                bulk.Signed(results[Bulk.IdOf(i)], mine[i]);
            }
        }
    }
}
