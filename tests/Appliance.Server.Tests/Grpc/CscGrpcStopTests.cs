using Appliance.Grpc.Client;
using Appliance.Server.Tests.Grpc.Streaming;
using Appliance.Server.Tests.Hosting;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc;

/// <summary>The gRPC wire while the appliance is stopping.</summary>
public sealed class CscGrpcStopTests
{
    [Fact]
    public async Task A_call_that_begins_too_late_is_told_the_CSC_error_and_when_to_try_again()
    {
        await using var appliance = new RunningAppliance();
        await appliance.InitializeAsync();
        var calls = new CscGrpcCalls(appliance);
        appliance.Wires.Drain();

        Refused(await Assert.ThrowsAsync<GrpcStatusException>(
            () => calls.CallAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
                Proto.ServiceReflection.Descriptor, "Info", new(), token: null)));
        Refused(await Assert.ThrowsAsync<GrpcStatusException>(
            () => calls.SignAsync(appliance.Ioana.Token, 1, "none", RunningAppliance.RandomHash())));
        using var stream = await new Bulk(appliance).StartAsync();
        Assert.Null(await stream.ReadAsync());
        Assert.Equal((int)GrpcStatusCode.Unavailable, stream.Code);
        Assert.Equal("temporarily_unavailable", stream.Details.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);
    }

    private static void Refused(GrpcStatusException refusal)
    {
        Assert.Equal(GrpcStatusCode.Unavailable, refusal.Code);
        Assert.Equal("temporarily_unavailable", refusal.Error!.Reason);
        Assert.Equal(TimeSpan.FromSeconds(5), refusal.RetryAfter);
    }
}
