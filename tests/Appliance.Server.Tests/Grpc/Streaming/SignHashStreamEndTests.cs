using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Storage;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>
/// Streams that the server or the line ends: what the client is told, and what the ledger then holds.
/// </summary>
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

        await Bulk.EndedAsync(call, GrpcStatusCode.Unauthenticated, "The access token expired or was revoked", 10, "9");
        Assert.Equal((90, 10, 0), appliance.Quota());
    }

    [Fact]
    public async Task An_expired_token_ends_its_stream_at_the_next_item()
    {
        await using var fixture = await StartAsync("SignIn:AccessTokenSeconds", "600");
        var (appliance, bulk) = (fixture.Appliance, new Bulk(fixture.Appliance));
        var hashes = Bulk.RandomHashes(2);
        var sad = await bulk.AuthorizeAsync(hashes);
        using var call = await bulk.StartAsync();
        await call.SendAsync(bulk.Defaults(sad), Bulk.Item("in-time", hashes[0]));
        bulk.Signed(await call.ResultAsync(), hashes[0]);

        appliance.Time.Advance(TimeSpan.FromSeconds(600));
        await call.SendAsync(Bulk.Item("late", hashes[1]));

        await Bulk.EndedAsync(
            call, GrpcStatusCode.Unauthenticated, "The access token expired or was revoked", 1, "in-time");
        Assert.Equal((1, 1, 0), appliance.Quota());
    }

    [Fact]
    public async Task A_quiet_stream_does_not_outlive_its_token()
    {
        await using var fixture = await StartAsync("SignIn:AccessTokenSeconds", "600");
        var time = fixture.Appliance.Time;
        using var call = await new Bulk(fixture.Appliance).StartAsync();

        time.Advance(TimeSpan.FromSeconds(599));
        time.RingPeriodic();
        await call.SendAsync(new Proto.SignHashStreamRequest());
        Assert.NotNull((await call.ResultAsync()).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        time.RingPeriodic();

        await Bulk.EndedAsync(
            call, GrpcStatusCode.Unauthenticated, "The access token expired or was revoked", 1, "");
    }

    [Fact]
    public async Task One_stream_too_many_is_refused()
    {
        await using var fixture = await StartAsync("Limits:Streams", "1");
        var bulk = new Bulk(fixture.Appliance);
        using var first = await bulk.StartAsync();
        using (var second = await bulk.StartAsync())
        {
            Assert.Null(await second.ReadAsync());
            Assert.Equal((int)GrpcStatusCode.ResourceExhausted, second.Code);
            Assert.Equal(
                "temporarily_unavailable", second.Details.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);
            Assert.Equal(1, second.Details.Details[1].Unpack<Google.Rpc.RetryInfo>().RetryDelay.Seconds);
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
        while (streams.Open > 0 || streams.Places.Free < streams.Limits.StreamItemsInWork
            || appliance.Tally().Reserved > 0)
        {
            // Each refusal waits for a commit.
            await appliance.PostAsync("/csc/v2/signatures/signHash", "{}");
        }

        var tally = appliance.Tally();
        var signed = Count(AuditEvent.SignHashDone);
        Assert.InRange(signed, 20, hashes.Length - 1);
        Assert.Equal(new ActivationTally(hashes.Length - signed, 0, signed, 0), tally);
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

    private static Task<StreamAppliance> StartAsync() => StartAsync("Limits:Streams", "64");

    private static async Task<StreamAppliance> StartAsync(string setting, string value)
    {
        var fixture = new StreamAppliance([new(setting, value)]);
        await fixture.InitializeAsync();
        return fixture;
    }
}
