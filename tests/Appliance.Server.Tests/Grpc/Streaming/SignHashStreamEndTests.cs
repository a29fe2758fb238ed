using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>Streams that end before the client has sent everything: what it is told, and what the ledger then holds.</summary>
public sealed class SignHashStreamEndTests
{
    [Fact]
    public async Task A_stop_answers_what_was_taken_and_tells_how_far_it_came()
    {
        await using var fixture = await StartAsync();
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(5_000);
        var sad = await bulk.AuthorizeAsync(hashes);
        using var call = await bulk.StartAsync();
        using var idle = await bulk.StartAsync();

        var sending = call.SendAsync([bulk.Defaults(sad), .. Bulk.Items(hashes)]);
        var first = await call.ResultAsync();
        appliance.Wires.Drain();
        var (results, end) = await call.ReadAllAsync();
        results.Add(first.Id, first);

        Assert.InRange(end!.ItemsAnswered, 1, hashes.Length - 1);
        Assert.Equal(Bulk.IdOf((int)end.ItemsAnswered - 1), end.LastItemId);
        Assert.Equal(end.ItemsAnswered, results.Count);
        for (var i = 0; i < results.Count; i++)
        {
            bulk.Signed(results[Bulk.IdOf(i)], hashes[i]);
        }

        Assert.Equal((hashes.Length - results.Count, results.Count, 0), appliance.Quota());
        Assert.Equal((int)GrpcStatusCode.Unavailable, call.Code);
        Assert.Equal("The server is stopping; no item after the last one answered was taken", call.Text);
        Assert.Equal(5, call.Details.Details[1].Unpack<Google.Rpc.RetryInfo>().RetryDelay.Seconds);
        Assert.Equal(new Proto.SignHashStreamEnd(), (await idle.ReadAllAsync()).End);
        Assert.Equal((int)GrpcStatusCode.Unavailable, idle.Code);
        await Record.ExceptionAsync(() => sending);
    }

    [Fact]
    public async Task A_revoked_token_ends_its_stream_at_the_next_item()
    {
        await using var fixture = await StartAsync();
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(100);
        var sad = await bulk.AuthorizeAsync(hashes);
        using var call = await bulk.StartAsync();
        await call.SendAsync([bulk.Defaults(sad), .. Bulk.Items(hashes[..10])]);
        for (var i = 0; i < 10; i++)
        {
            Assert.Null((await call.ResultAsync()).Status);
        }

        await new CscGrpcCalls(appliance).CallAsync<Proto.RevokeRequest, Proto.RevokeResponse>(
            Proto.AuthReflection.Descriptor, "Revoke", new() { Token = appliance.Ioana.Token }, appliance.Ioana.Token);
        await call.SendAsync(Bulk.Items(hashes[10..]));

        await EndedAsync(call, GrpcStatusCode.Unauthenticated, "The access token expired or was revoked", 10, "9");
        Assert.Equal((90, 10, 0), appliance.Quota());
    }

    [Fact]
    public async Task An_expired_token_ends_its_stream_at_the_next_item()
    {
        await using var fixture = await StartAsync(new KeyValuePair<string, string?>("SignIn:AccessTokenSeconds", "600"));
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(2);
        var sad = await bulk.AuthorizeAsync(hashes);
        using var call = await bulk.StartAsync();
        await call.SendAsync(bulk.Defaults(sad), Bulk.Item("in-time", hashes[0]));
        bulk.Signed(await call.ResultAsync(), hashes[0]);

        appliance.Time.Advance(TimeSpan.FromSeconds(600));
        await call.SendAsync(Bulk.Item("late", hashes[1]));

        await EndedAsync(
            call, GrpcStatusCode.Unauthenticated, "The access token expired or was revoked", 1, "in-time");
        Assert.Equal((1, 1, 0), appliance.Quota());
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xFF }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 7, 0, 0, 0, 1, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0x7F, 0, 0, 0 }, GrpcStatusCode.ResourceExhausted)]
    public async Task A_message_that_cannot_be_read_ends_the_stream_after_all_results(byte[] frame, GrpcStatusCode code)
    {
        await using var fixture = await StartAsync();
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(50);
        var sad = await bulk.AuthorizeAsync(hashes);
        using var call = await bulk.StartAsync();

        await call.SendAsync([bulk.Defaults(sad), .. Bulk.Items(hashes)]);
        await call.SendAsync(frame);
        var (results, end) = await call.ReadAllAsync();

        Assert.Equal((int)code, call.Code);
        Assert.Equal((50, 50L, "49"), (results.Count, end!.ItemsAnswered, end.LastItemId));
        Assert.All(results.Values, result => Assert.Null(result.Status));
        Assert.Equal((0, 50, 0), appliance.Quota());
    }

    [Fact]
    public async Task Defaults_with_hashes_end_the_stream()
    {
        await using var fixture = await StartAsync();
        var bulk = new Bulk(fixture.Appliance);
        using var call = await bulk.StartAsync();

        await call.SendAsync(
            new Proto.SignHashStreamRequest { Defaults = bulk.Request("s", RunningAppliance.RandomHash()) });

        await EndedAsync(
            call, GrpcStatusCode.InvalidArgument, "Invalid parameter hashes: defaults have none", 0, "");
        Assert.Single(fixture.Appliance.Audit(AuditEvent.RequestRefused));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("x")]
    public async Task Without_a_good_token_there_is_no_stream(string? token)
    {
        await using var fixture = await StartAsync();
        using var call = await new Bulk(fixture.Appliance).StartAsync(token);

        Assert.Null(await call.ReadAsync());
        Assert.Equal((int)GrpcStatusCode.Unauthenticated, call.Code);
    }

    [Fact]
    public async Task One_stream_too_many_is_refused()
    {
        await using var fixture = await StartAsync(new KeyValuePair<string, string?>("Limits:Streams", "1"));
        var bulk = new Bulk(fixture.Appliance);
        using var first = await bulk.StartAsync();
        using (var second = await bulk.StartAsync())
        {
            Assert.Null(await second.ReadAsync());
            Assert.Equal((int)GrpcStatusCode.ResourceExhausted, second.Code);
        }

        first.HalfClose();
        Assert.Null(await first.ReadAsync());
        Assert.Equal(0, first.Code);
        using var third = await bulk.StartAsync();
        third.HalfClose();
        Assert.Null(await third.ReadAsync());
        Assert.Equal(0, third.Code);
    }

    [Fact]
    public async Task After_a_broken_connection_ledger_and_audit_trail_agree_and_the_rest_can_be_signed()
    {
        await using var fixture = await StartAsync();
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(3_000);
        var sad = await bulk.AuthorizeAsync(hashes);
        using (var call = await bulk.StartAsync())
        {
            await call.SendAsync([bulk.Defaults(sad), .. Bulk.Items(hashes)]);
            for (var i = 0; i < 20; i++)
            {
                await call.ResultAsync();
            }
        }

        var streams = appliance.Wires.Streams;
        while (streams.Open > 0 || streams.FreePlaces < streams.Limits.StreamItemsInWork
            || appliance.Tally().Reserved > 0)
        {
            // Each refusal waits for a commit.
            await appliance.PostAsync("/csc/v2/signatures/signHash", "{}");
        }

        var tally = appliance.Tally();
        var signed = Count(AuditEvent.SignHashDone);
        Assert.InRange(signed, 20, hashes.Length - 1);
        Assert.Equal((hashes.Length - signed, 0, signed, 0), (tally.Authorised, tally.Reserved, tally.Consumed, tally.Spent));
        Assert.Equal(signed + Count(AuditEvent.SignHashReleased), Count(AuditEvent.SignHashIntent));

        using var again = await bulk.StartAsync();
        var reading = again.ReadAllAsync();
        await again.SendAsync([bulk.Defaults(sad), .. Bulk.Items(hashes)]);
        again.HalfClose();
        var (results, _) = await reading;
        Assert.Equal(hashes.Length - signed, results.Values.Count(result => result.Status is null));
        Assert.Equal((0, hashes.Length, 0), appliance.Quota());

        int Count(AuditEvent wanted)
            => appliance.Audit(wanted, 10_000).Sum(entry => Math.Max(entry.Record.Count, 1));
    }

    private static async Task<StreamAppliance> StartAsync(params KeyValuePair<string, string?>[] settings)
    {
        var fixture = new StreamAppliance(settings);
        await fixture.InitializeAsync();
        return fixture;
    }

    private static async Task EndedAsync(
        BulkCall call, GrpcStatusCode code, string text, long answered, string lastId)
    {
        var (results, end) = await call.ReadAllAsync();
        Assert.Empty(results);
        Assert.Equal((answered, lastId), (end!.ItemsAnswered, end.LastItemId));
        Assert.Equal(((int)code, text), (call.Code, call.Text));
    }
}
