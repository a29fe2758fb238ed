using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>Streams that their client makes impossible to go on with.</summary>
public sealed class SignHashStreamFaultTests(StreamAppliance fixture) : IClassFixture<StreamAppliance>
{
    private readonly RunningAppliance _appliance = fixture.Appliance;
    private readonly Bulk _bulk = new(fixture.Appliance);

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xFF }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 7, 0, 0, 0, 1, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0x7F, 0, 0, 0 }, GrpcStatusCode.ResourceExhausted)]
    public async Task A_message_that_cannot_be_read_ends_the_stream_after_all_results(byte[] frame, GrpcStatusCode code)
    {
        var hashes = Bulk.RandomHashes(50);
        var sad = await _bulk.AuthorizeAsync(hashes);
        var quota = _appliance.Quota();
        using var call = await _bulk.StartAsync();

        await call.SendAsync([_bulk.Defaults(sad), .. Bulk.Items(hashes)]);
        await call.SendAsync(frame);
        var (results, end) = await call.ReadAllAsync();

        Assert.Equal((int)code, call.Code);
        Assert.Equal((50, 50L, "49"), (results.Count, end!.ItemsAnswered, end.LastItemId));
        Assert.All(results.Values, result => Assert.Null(result.Status));
        Assert.Equal((quota.Authorised - 50, quota.Used + 50, 0), _appliance.Quota());
    }

    [Fact]
    public async Task Defaults_with_hashes_end_the_stream()
    {
        var records = _appliance.Audit(AuditEvent.RequestRefused).Count;
        using var call = await _bulk.StartAsync();

        await call.SendAsync(
            new Proto.SignHashStreamRequest { Defaults = _bulk.Request("s", RunningAppliance.RandomHash()) });

        await Bulk.EndedAsync(
            call, GrpcStatusCode.InvalidArgument, "Invalid parameter hashes: defaults have none", 0, "");
        Assert.Equal(records + 1, _appliance.Audit(AuditEvent.RequestRefused).Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("x")]
    public async Task Without_a_good_token_there_is_no_stream(string? token)
    {
        using var call = await _bulk.StartAsync(token);

        Assert.Null(await call.ReadAsync());
        Assert.Equal((int)GrpcStatusCode.Unauthenticated, call.Code);
    }
}
