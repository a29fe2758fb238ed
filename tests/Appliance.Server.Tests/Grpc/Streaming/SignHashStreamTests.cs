using System.Globalization;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>Streams of the running appliance that end well: what is signed and what is refused, item by item.</summary>
public sealed class SignHashStreamTests(StreamAppliance fixture) : IClassFixture<StreamAppliance>
{
    private readonly RunningAppliance _appliance = fixture.Appliance;
    private readonly Bulk _bulk = new(fixture.Appliance);

    [Fact]
    public async Task Many_items_are_all_signed_and_counted_once()
    {
        var hashes = Bulk.RandomHashes(2_000);
        var sad = await _bulk.AuthorizeAsync(hashes);
        var quota = _appliance.Quota();
        using var call = await _bulk.StartAsync();

        var reading = call.ReadAllAsync();
        await call.SendAsync(_bulk.Defaults(sad));
        await call.SendAsync(Bulk.Items(hashes));
        call.HalfClose();
        var (results, end) = await reading;

        Assert.Equal((0, null), (call.Code, end));
        Assert.Equal(hashes.Length, results.Count);
        for (var i = 0; i < hashes.Length; i++)
        {
            _bulk.Signed(results[Bulk.IdOf(i)], hashes[i]);
        }

        Assert.Equal((quota.Authorised - 2_000, quota.Used + 2_000, 0), _appliance.Quota());
    }

    [Fact]
    public async Task The_client_of_this_repository_streams_a_list()
    {
        var hashes = Bulk.RandomHashes(500);
        var sad = await _bulk.AuthorizeAsync(hashes);
        await using var call = _appliance.Grpc.BidirectionalStreaming<
            Proto.SignHashStreamRequest, Proto.SignHashStreamResponse>(
            Proto.SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHashStream"),
            new GrpcCallOptions { Metadata = new() { { "authorization", "Bearer " + _appliance.Ioana.Token } } },
            TestContext.Current.CancellationToken);

        var writing = WriteAsync();
        var signed = 0;
        while (await call.ReadAsync(TestContext.Current.CancellationToken) is { } message)
        {
            var index = int.Parse(message.Result.Id, CultureInfo.InvariantCulture);
            _bulk.Signed(message.Result, hashes[index]);
            signed++;
        }

        await writing;
        Assert.Equal(hashes.Length, signed);

        async Task WriteAsync()
        {
            foreach (var message in Bulk.Items(hashes).Prepend(_bulk.Defaults(sad)))
            {
                Assert.True(await call.WriteAsync(message, TestContext.Current.CancellationToken));
            }

            await call.CompleteAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task One_item_may_have_10_000_hashes()
    {
        var hashes = Bulk.RandomHashes(10_000);
        var sad = await _bulk.AuthorizeAsync(hashes);
        using var call = await _bulk.StartAsync();

        await call.SendAsync(Bulk.Item("payslips", _bulk.Request(sad, hashes)));
        call.HalfClose();

        _bulk.Signed(await call.ResultAsync(), hashes);
        Assert.Null(await call.ReadAsync());
        Assert.Equal(0, call.Code);
    }

    [Fact]
    public async Task A_bad_item_is_refused_as_its_own_call_would_be_and_hurts_no_other()
    {
        var hashes = Bulk.RandomHashes(4);
        var sad = await _bulk.AuthorizeAsync(hashes);
        var good = _bulk.Request(sad, hashes[0]);
        var bad = new Dictionary<string, Proto.SignHashRequest>(StringComparer.Ordinal)
        {
            ["no SAD"] = new(good) { Sad = "" },
            ["bad SAD"] = new(good) { Sad = "x" },
            ["long SAD"] = new(good) { Sad = new string('s', 2_000) },
            ["no credential"] = new(good) { CredentialId = "" },
            ["unknown credential"] = new(good) { CredentialId = Guid.Empty.ToString() },
            ["other credential"] = new(good) { CredentialId = _appliance.Ioana.Credentials[2] },
            ["no hash"] = _bulk.Request(sad),
            ["short hash"] = _bulk.Request(sad, [[1, 2, 3]]),
            ["other hash"] = _bulk.Request(sad, RunningAppliance.RandomHash()),
            ["a good and a bad hash"] = _bulk.Request(sad, hashes[0], RunningAppliance.RandomHash()),
            ["too many"] = _bulk.Request(sad, Enumerable.Repeat(hashes[0], 10_001)),
            ["no algorithm"] = new(good) { SignAlgo = "" },
            ["other algorithm"] = new(good) { SignAlgo = "1.2.840.113549.1.1.11" },
            ["asynchronous"] = new(good) { OperationMode = "A" },
        };
        using var call = await _bulk.StartAsync();

        foreach (var (name, request) in bad)
        {
            var quota = _appliance.Quota();
            var alone = await Assert.ThrowsAsync<GrpcStatusException>(() => SignAsync(request));
            var records = Refusals();
            await call.SendAsync(Bulk.Item(name.Replace(' ', '-'), request));
            var result = await call.ResultAsync();

            Assert.Equal(name.Replace(' ', '-'), result.Id);
            Bulk.Refused(result, alone.Code, alone.Text);
            var info = result.Status.Details[0].Unpack<Google.Rpc.ErrorInfo>();
            Assert.Equal((alone.Error!.Reason, alone.Error.Domain), (info.Reason, info.Domain));
            Assert.Equal(alone.Error.Metadata["error_description"], info.Metadata["error_description"]);
            Assert.Equal(records + 1, Refusals());
            Assert.Equal(quota, _appliance.Quota());
        }

        await call.SendAsync(Bulk.Item("good", good), Bulk.Item("three", _bulk.Request(sad, hashes[1..])));
        call.HalfClose();
        var (results, _) = await call.ReadAllAsync();
        _bulk.Signed(results["good"], hashes[0]);
        _bulk.Signed(results["three"], hashes[1..]);
        Assert.Equal(0, call.Code);
    }

    [Fact]
    public async Task A_hash_is_signed_once_in_whatever_item_it_comes()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await _bulk.AuthorizeAsync([hash, hash]);
        using var call = await _bulk.StartAsync();

        await call.SendAsync(_bulk.Defaults(sad));
        await call.SendAsync(Enumerable.Range(0, 5).Select(i => Bulk.Item(Bulk.IdOf(i), hash)));
        call.HalfClose();
        var (results, _) = await call.ReadAllAsync();

        var signed = results.Values.Where(result => result.Status is null).ToList();
        Assert.Equal(2, signed.Count);
        Assert.All(signed, result => _bulk.Signed(result, hash));
        Assert.All(
            results.Values.Except(signed),
            result => Bulk.Refused(result, GrpcStatusCode.PermissionDenied, "Invalid parameter SAD"));
    }

    [Fact]
    public async Task Defaults_may_come_again_and_replace_the_former()
    {
        var hashes = Bulk.RandomHashes(3);
        var first = await _bulk.AuthorizeAsync(hashes[..1]);
        var second = await _bulk.AuthorizeAsync(hashes[1..]);
        using var call = await _bulk.StartAsync();

        await call.SendAsync(
            Bulk.Item("early", hashes[0]),
            _bulk.Defaults(first),
            Bulk.Item("0", hashes[0]),
            _bulk.Defaults(second),
            Bulk.Item("1", hashes[1]),
            new() { Defaults = new Proto.SignHashRequest { Sad = second } },
            Bulk.Item("2", hashes[2]));
        call.HalfClose();
        var (results, _) = await call.ReadAllAsync();

        _bulk.Signed(results["0"], hashes[0]);
        _bulk.Signed(results["1"], hashes[1]);
        Bulk.Refused(
            results["early"],
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) string parameter SAD");
        Bulk.Refused(
            results["2"],
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) string parameter credentialID");
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("ünique")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task An_id_that_is_none_is_refused_and_not_repeated(string id)
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await _bulk.AuthorizeAsync([hash]);
        var records = Refusals();
        using var call = await _bulk.StartAsync();

        await call.SendAsync(_bulk.Defaults(sad), Bulk.Item(id, hash));
        var result = await call.ResultAsync();

        Assert.Equal("", result.Id);
        Bulk.Refused(result, GrpcStatusCode.InvalidArgument, "Invalid parameter id");
        Assert.Equal(records + 1, Refusals());
        await call.SendAsync(Bulk.Item(new string('~', 64), hash));
        _bulk.Signed(await call.ResultAsync(), hash);
    }

    [Fact]
    public async Task A_message_with_nothing_in_it_is_refused()
    {
        using var call = await _bulk.StartAsync();

        await call.SendAsync(new Proto.SignHashStreamRequest());
        Bulk.Refused(
            await call.ResultAsync(),
            GrpcStatusCode.InvalidArgument,
            "The message has neither defaults nor an item");
        await call.SendAsync(new Proto.SignHashStreamRequest { Item = new() { Id = "empty" } });
        Bulk.Refused(
            await call.ResultAsync(),
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) string parameter SAD");
        call.HalfClose();
        Assert.Null(await call.ReadAsync());
        Assert.Equal(0, call.Code);
    }

    [Fact]
    public async Task An_id_may_come_again_once_its_result_was_sent()
    {
        // Of many items of one id sent together some meet one of them in flight: these are told so, the rest is signed.
        var hashes = Bulk.RandomHashes(200);
        var sad = await _bulk.AuthorizeAsync(hashes);
        var quota = _appliance.Quota();
        using var call = await _bulk.StartAsync();

        await call.SendAsync([_bulk.Defaults(sad), .. hashes.Select(hash => Bulk.Item("same", hash))]);
        call.HalfClose();
        int signed = 0, refused = 0;
        while (await call.ReadAsync() is { } message)
        {
            Assert.Equal("same", message.Result.Id);
            if (message.Result.Status is null)
            {
                signed++;
                continue;
            }

            refused++;
            Bulk.Refused(
                message.Result, GrpcStatusCode.AlreadyExists, "Another item with this id is in flight");
        }

        Assert.Equal((0, hashes.Length), (call.Code, signed + refused));
        Assert.InRange(refused, 1, hashes.Length - 1);
        Assert.Equal(quota.Used + signed, _appliance.Quota().Used);
    }

    private int Refusals()
        => _appliance.Audit(AuditEvent.SignHashRefused, 10_000).Count
            + _appliance.Audit(AuditEvent.RequestRefused, 10_000).Count;

    private Task<Proto.SignHashResponse> SignAsync(Proto.SignHashRequest request)
        => new CscGrpcCalls(_appliance).CallAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor, "SignHash", request, _appliance.Ioana.Token);
}
