using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>Streams that name themselves: their items' ids are good in the next stream of that name.</summary>
public sealed class SignHashStreamRedeliveryTests(StreamAppliance fixture) : IClassFixture<StreamAppliance>
{
    private readonly RunningAppliance _appliance = fixture.Appliance;
    private readonly Bulk _bulk = new(fixture.Appliance);

    [Fact]
    public async Task A_stream_that_broke_is_sent_again_and_every_item_is_signed_once()
    {
        var hashes = Bulk.RandomHashes(500);
        var sad = await _bulk.AuthorizeAsync(hashes);
        var quota = _appliance.Quota();
        var first = new List<Proto.SignHashResult>();
        using (var call = await _bulk.StartAsync())
        {
            await call.SendAsync(Defaults(sad, "broken"));
            var sending = call.SendAsync(Bulk.Items(hashes));
            while (first.Count < 60)
            {
                first.Add((await call.ResultAsync()).Clone());
            }

            // Breaks off with items in flight whose results nobody reads.
            call.Dispose();
            await Record.ExceptionAsync(() => sending);
        }

        var results = await RunAsync(Defaults(sad, "broken"), Bulk.Items(hashes));

        Assert.Equal(hashes.Length, results.Count);
        for (var i = 0; i < hashes.Length; i++)
        {
            _bulk.Signed(results[Bulk.IdOf(i)], hashes[i]);
        }

        Assert.All(first, before => Assert.Equal(before.Signatures, results[before.Id].Signatures));
        Assert.All(first, before => Assert.True(results[before.Id].Replayed));
        Assert.Equal((quota.Authorised - 500, quota.Used + 500, quota.Spent), _appliance.Quota());
        Assert.Equal(500, Of(AuditEvent.SignHashIntent, hashes));

        // Whatever was signed for nobody when the stream broke was fetched as well.
        Assert.Equal(results.Values.Count(result => result.Replayed), Of(AuditEvent.SignHashRedelivered, hashes));
    }

    [Fact]
    public async Task An_item_of_a_named_stream_can_be_fetched_by_one_call()
    {
        var hashes = Bulk.RandomHashes(1);
        var sad = await _bulk.AuthorizeAsync(hashes);
        var results = await RunAsync(Defaults(sad, "fetched"), Bulk.Items(hashes));

        var response = await _appliance.Grpc.UnaryAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash"),
            _bulk.Request(sad, hashes),
            new GrpcCallOptions
            {
                Metadata = new() { { "authorization", "Bearer " + _appliance.Ioana.Token } },
                RequestId = "fetched/0",
            },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(results["0"].Signatures, response.Message.Signatures);
    }

    [Fact]
    public async Task The_metadata_names_a_stream_as_well_and_an_item_may_have_an_id_of_its_own()
    {
        var hashes = Bulk.RandomHashes(2);
        var sad = await _bulk.AuthorizeAsync(hashes);
        var own = _bulk.Request("", hashes[1]);
        own.RequestId = "own";
        Proto.SignHashStreamRequest[] items = [Bulk.Item("0", hashes[0]), Bulk.Item("x", own)];
        var first = await RunAsync(_bulk.Defaults(sad), items, "\"metadata\"");

        var again = await RunAsync(Defaults(sad, "metadata"), items);
        var elsewhere = await RunAsync(_bulk.Defaults(sad), [Bulk.Item("y", own)]);

        Assert.Equal([false, false], [first["0"].Replayed, first["x"].Replayed]);
        Assert.Equal([true, true, true], [again["0"].Replayed, again["x"].Replayed, elsewhere["y"].Replayed]);
        Assert.Equal(first["0"].Signatures, again["0"].Signatures);
        Assert.Equal(first["x"].Signatures, elsewhere["y"].Signatures);
    }

    [Fact]
    public async Task An_items_id_that_stands_for_something_else_is_refused_and_hurts_no_other()
    {
        var hashes = Bulk.RandomHashes(3);
        var sad = await _bulk.AuthorizeAsync(hashes);
        await RunAsync(Defaults(sad, "reused"), [Bulk.Item("0", hashes[0])]);

        var results = await RunAsync(
            Defaults(sad, "reused"), [Bulk.Item("0", hashes[1]), Bulk.Item("1", hashes[1])]);

        Bulk.Refused(
            results["0"],
            GrpcStatusCode.FailedPrecondition,
            "The request id stands for a request with other contents; nothing was used up");
        _bulk.Signed(results["1"], hashes[1]);
        var unnamed = await RunAsync(_bulk.Defaults(sad), [Bulk.Item("0", hashes[2])]);
        _bulk.Signed(unnamed["0"], hashes[2]);
    }

    [Fact]
    public async Task A_name_that_is_none_is_refused()
    {
        var hashes = Bulk.RandomHashes(1);
        var sad = await _bulk.AuthorizeAsync(hashes);

        var results = await RunAsync(Defaults(sad, new string('a', 254)), [Bulk.Item("1", hashes[0])]);
        Bulk.Refused(results["1"], GrpcStatusCode.InvalidArgument, "Invalid parameter requestID");
        using var call = await BulkCall.StartAsync(_appliance.GrpcAddress, _appliance.Ioana.Token, "\"a");
        Assert.Null(await call.ReadAsync());
        Assert.Equal((int)GrpcStatusCode.InvalidArgument, call.Code);
        Assert.StartsWith("Invalid Idempotency-Key", call.Text, StringComparison.Ordinal);
        results = await RunAsync(Defaults(sad, new string('a', 253)), [Bulk.Item("1", hashes[0])]);
        _bulk.Signed(results["1"], hashes[0]);
    }

    private Proto.SignHashStreamRequest Defaults(string sad, string name)
    {
        var message = _bulk.Defaults(sad);
        message.Defaults.RequestId = name;
        return message;
    }

    /// <summary>A whole stream, to its good end.</summary>
    private async Task<Dictionary<string, Proto.SignHashResult>> RunAsync(
        Proto.SignHashStreamRequest defaults, IEnumerable<Proto.SignHashStreamRequest> items, string? metadata = null)
    {
        using var call = await BulkCall.StartAsync(_appliance.GrpcAddress, _appliance.Ioana.Token, metadata);
        var reading = call.ReadAllAsync();
        await call.SendAsync(defaults);
        await call.SendAsync(items);
        call.HalfClose();
        var (results, end) = await reading;
        Assert.Equal((0, null), (call.Code, end));
        return results;
    }

    private int Of(AuditEvent wanted, byte[][] hashes)
    {
        var wantedHashes = hashes.Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
        return _appliance.Audit(wanted, 10_000)
            .Count(entry => wantedHashes.Contains(Convert.ToHexString(entry.Record.Digest.Span)));
    }
}
