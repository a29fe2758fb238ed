using System.Globalization;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>appliance.v1.Timestamping/StampStream: items in, results as they come.</summary>
public sealed class StampStreamTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private readonly RunningAppliance _appliance = tsa.Appliance;
    private readonly StampCalls _calls = new(tsa.Appliance);

    private static CancellationToken Stopped => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_item_is_answered_with_its_token()
    {
        var hashes = Enumerable.Range(0, 600).Select(_ => new StampedHash()).ToList();
        using var unit = tsa.Chain("rsa2048")[0];
        await using var call = _calls.Stream(Stopped);
        var reading = ReadAllAsync(call);

        await call.WriteAsync(
            new() { Defaults = new() { Unit = "rsa2048", HashAlgorithmOid = StampedHash.Sha256 } }, Stopped);
        for (var i = 0; i < hashes.Count; i++)
        {
            await call.WriteAsync(Item(i, hashes[i]), Stopped);
        }

        await call.CompleteAsync(Stopped);
        var (results, end) = await reading;

        Assert.Null(end);
        Assert.Equal(hashes.Count, results.Count);
        for (var i = 0; i < hashes.Count; i++)
        {
            hashes[i].Stamped(results[IdOf(i)].Token.Memory, unit);
        }
    }

    [Fact]
    public async Task Defaults_are_those_that_came_before_the_item()
    {
        var hash = new StampedHash();
        using var p256 = tsa.Chain("p256")[0];
        using var rsa = tsa.Chain("rsa2048")[0];
        await using var call = _calls.Stream(Stopped);
        Proto.StampStreamRequest[] sent =
        [
            Item(0, hash),
            new() { Defaults = new() { Unit = "rsa2048", CertReq = false } },
            Item(1, hash),
            new() { Defaults = new() { Unit = "none", HashAlgorithmOid = hash.Algorithm } },
            Item(2, hash),
            new() { Defaults = new() { Policy = "1.2.3" } },
            Item(3, hash),
            new() { Defaults = new() },
            Item(4, hash),
        ];
        foreach (var message in sent)
        {
            await call.WriteAsync(message, Stopped);
        }

        await call.CompleteAsync(Stopped);
        var (results, _) = await ReadAllAsync(call);

        hash.Stamped(results["0"].Token.Memory, p256);
        hash.Stamped(results["1"].Token.Memory, rsa, isCarried: false);
        Failed(results["2"], "", "Invalid parameter unit");
        Failed(results["3"], "", "Invalid parameter policy");
        hash.Stamped(results["4"].Token.Memory, p256);
    }

    [Fact]
    public async Task A_bad_item_hurts_no_other()
    {
        var hash = new StampedHash();
        using var unit = tsa.Chain("p256")[0];
        await using var call = _calls.Stream(Stopped);
        Proto.StampStreamRequest[] sent =
        [
            StampCalls.Item("good", StampCalls.DigestOf(hash)),
            StampCalls.Item("sha1", new() { HashAlgorithmOid = "1.3.14.3.2.26" }),
            new() { Item = new Proto.StampItem { Id = "nothing" } },
            StampCalls.Item("", StampCalls.DigestOf(hash)),
            StampCalls.Item(new string('x', 65), StampCalls.DigestOf(hash)),
            new(),
            StampCalls.Item("der", StampCalls.Request(TsaAppliance.Request(hash.Value))),
        ];
        foreach (var message in sent)
        {
            await call.WriteAsync(message, Stopped);
        }

        await call.CompleteAsync(Stopped);
        var unnamed = new List<string>();
        var (results, _) = await ReadAllAsync(call, unnamed);

        hash.Stamped(results["good"].Token.Memory, unit);
        hash.Stamped(results["der"].Token.Memory, unit);
        Failed(results["sha1"], "badAlg", "Invalid parameter hashAlgorithmOID");
        Failed(results["nothing"], "badDataFormat", "Not a TimeStampReq in DER, or a digest of the wrong length.");
        Assert.Equal(
            ["Invalid parameter id", "Invalid parameter id", "The message has neither defaults nor an item"],
            unnamed.Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task Defaults_with_digests_end_the_stream_after_all_results()
    {
        await using var call = _calls.Stream(Stopped);
        await call.WriteAsync(Item(0, new StampedHash()), Stopped);
        await call.WriteAsync(
            new() { Defaults = new() { Digests = { StampCalls.DigestOf(new StampedHash()) } } }, Stopped);

        Assert.Equal("0", (await call.ReadAsync(Stopped))!.Result.Id);
        var end = (await call.ReadAsync(Stopped))!.End;
        await call.CompleteAsync(Stopped);
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => call.ReadAsync(Stopped).AsTask());

        Assert.Equal((1L, "0"), (end.ItemsAnswered, end.LastItemId));
        Assert.Equal(
            (GrpcStatusCode.InvalidArgument, "Invalid parameter digests: defaults have none"),
            (error.Code, error.Text));
    }

    [Fact]
    public async Task Streams_that_are_broken_off_keep_no_place()
    {
        for (var round = 0; round < 5; round++)
        {
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(Stopped);
            await using var call = _calls.Stream(broken.Token);
            for (var i = 0; i < 50; i++)
            {
                await call.WriteAsync(Item(i, new StampedHash()), Stopped);
            }

            Assert.NotNull((await call.ReadAsync(Stopped))!.Result);
            await broken.CancelAsync();
        }

        var streams = _appliance.Wires.Streams;
        while (streams.Open > 0 || streams.Places.Free < streams.Limits.StreamItemsInWork)
        {
            // Each refusal waits for a commit.
            await _appliance.PostAsync("/csc/v2/signatures/timestamp", "{}");
        }

        Assert.Single((await _calls.StampAsync(
            new() { Digests = { StampCalls.DigestOf(new StampedHash()) } })).Results);
    }

    [Fact]
    public async Task A_stop_answers_what_was_taken_and_tells_how_far_it_came()
    {
        await using var own = new TsaAppliance();
        await own.InitializeAsync();
        using var unit = own.Chain("p256")[0];
        var hashes = Enumerable.Range(0, 5_000).Select(_ => new StampedHash()).ToArray();
        await using var call = new StampCalls(own.Appliance).Stream(Stopped);
        var sending = SendAsync(call, hashes);

        var first = (await call.ReadAsync(Stopped))!.Result;
        own.Appliance.Wires.Drain();
        var results = new Dictionary<string, Proto.StampItemResult>(StringComparer.Ordinal) { [first.Id] = first };
        Proto.StampStreamResponse? message;
        while ((message = await call.ReadAsync(Stopped))!.Result is { } result)
        {
            results.Add(result.Id, result.Clone());
        }

        Assert.InRange(message.End.ItemsAnswered, 1, hashes.Length - 1);
        Assert.Equal(message.End.ItemsAnswered, results.Count);
        Assert.Equal(IdOf(results.Count - 1), message.End.LastItemId);
        for (var i = 0; i < results.Count; i++)
        {
            hashes[i].Stamped(results[IdOf(i)].Token.Memory, unit);
        }

        await Record.ExceptionAsync(() => sending);
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => call.ReadAsync(Stopped).AsTask());
        Assert.Equal(GrpcStatusCode.Unavailable, error.Code);
        Assert.Equal(results.Count, own.Appliance.Audit(AuditEvent.TimestampIntent, 10_000).Count);
    }

    private static string IdOf(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static Proto.StampStreamRequest Item(int index, StampedHash hash)
        => StampCalls.Item(IdOf(index), StampCalls.DigestOf(hash));

    private static void Failed(Proto.StampItemResult result, string pkiFailure, string text)
        => StampCalls.Failed(result.Failure, result.Token, pkiFailure, GrpcStatusCode.InvalidArgument, text);

    /// <summary>Until the server takes no more; then the half-close that it waits for.</summary>
    private static async Task SendAsync(
        GrpcBidirectionalStreamingCall<Proto.StampStreamRequest, Proto.StampStreamResponse> call,
        StampedHash[] hashes)
    {
        for (var i = 0; i < hashes.Length && await call.WriteAsync(Item(i, hashes[i]), Stopped); i++)
        {
            // The next one.
        }

        await call.CompleteAsync(Stopped);
    }

    /// <summary>All results by id; of those without one, what they say.</summary>
    private static async Task<(Dictionary<string, Proto.StampItemResult> Results, Proto.StampStreamEnd? End)>
        ReadAllAsync(
            GrpcBidirectionalStreamingCall<Proto.StampStreamRequest, Proto.StampStreamResponse> call,
            List<string>? unnamed = null)
    {
        var results = new Dictionary<string, Proto.StampItemResult>(StringComparer.Ordinal);
        Proto.StampStreamEnd? end = null;
        while (await call.ReadAsync(Stopped) is { } message)
        {
            end = message.End;
            if (message.Result is { Id: "" } nameless)
            {
                unnamed!.Add(nameless.Failure.Status.Message);
            }
            else if (message.Result is { } result)
            {
                results.Add(result.Id, result);
            }
        }

        return (results, end);
    }
}
