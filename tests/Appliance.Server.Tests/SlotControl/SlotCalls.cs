using Appliance.Grpc.Client;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.SlotControl;

/// <summary>Calls of appliance.v1.Slots with a token.</summary>
internal sealed class SlotCalls(GrpcChannel channel, string? token)
{
    public Task<Proto.SlotsResponse> ListAsync() => CallAsync("List", new Proto.ListSlotsRequest());

    public Task<Proto.SlotsResponse> DrainAsync(string slot, int wait = 10)
        => CallAsync("Drain", new Proto.DrainRequest { Slot = slot, WaitSeconds = wait });

    public Task<Proto.SlotsResponse> DrainNodeAsync(int wait)
        => CallAsync("Drain", new Proto.DrainRequest { Node = true, WaitSeconds = wait });

    public Task<Proto.SlotsResponse> ResumeAsync(string slot)
        => CallAsync("Resume", new Proto.ResumeRequest { Slot = slot });

    public Task<Proto.SlotsResponse> ResumeNodeAsync() => CallAsync("Resume", new Proto.ResumeRequest { Node = true });

    public GrpcServerStreamingCall<Proto.SlotsResponse> Watch(int? interval = null)
    {
        var request = new Proto.WatchSlotsRequest();
        if (interval is { } seconds)
        {
            request.IntervalSeconds = seconds;
        }

        return channel.ServerStreaming<Proto.WatchSlotsRequest, Proto.SlotsResponse>(
            Proto.SlotsReflection.Descriptor.Services[0].FindMethodByName("Watch"),
            request,
            Options(),
            TestContext.Current.CancellationToken);
    }

    public async Task<Proto.SlotsResponse> CallAsync<TRequest>(string method, TRequest request)
        where TRequest : IMessage
        => (await channel.UnaryAsync<TRequest, Proto.SlotsResponse>(
            Proto.SlotsReflection.Descriptor.Services[0].FindMethodByName(method),
            request,
            Options(),
            TestContext.Current.CancellationToken)).Message;

    private GrpcCallOptions Options()
        => token is null ? new() : new() { Metadata = new() { { "authorization", "Bearer " + token } } };
}
