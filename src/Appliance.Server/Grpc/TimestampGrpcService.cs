using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Grpc.Streaming;
using Appliance.Server.Timestamps;
using Appliance.Signing;
using Appliance.Storage;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>The time-stamping authority of appliance.v1.</summary>
internal sealed class TimestampGrpcService(
    TimestampOperations timestamps, CscOperations operations, GrpcCalls calls, ItemStreams streams)
{
    /// <summary>Maps all methods.</summary>
    public void Map(GrpcMethods methods)
    {
        var service = Proto.TimestampingReflection.Descriptor.Services[0];
        methods
            .Unary<Proto.StampRequest, Proto.StampResponse>(
                service.FindMethodByName("Stamp"),
                (request, context) => calls.RunAsync(
                    request, context, static request => request, StampAsync, ProtoStamps.From),
                calls.Known)
            .BidirectionalStreaming<Proto.StampStreamRequest, Proto.StampStreamResponse>(
                service.FindMethodByName("StampStream"),
                (requests, responses, call) => streams.RunAsync(
                    requests, responses, call, new StampItems(timestamps)),
                calls.OfStreams(streams.Limits.Streams))
            .Unary<Proto.BatchRequest, Proto.BatchResponse>(
                service.FindMethodByName("Batch"),
                (request, context) => calls.RunAsync(
                    request,
                    context,
                    ProtoStamps.From,
                    timestamps.BatchAsync,
                    ProtoStamps.From,
                    static (input, context) => input.TimeLeft = context.TimeRemaining),
                calls.Known);
    }

    /// <summary>The digests stay where the message has them: there is no other wire that has many.</summary>
    private async ValueTask<Answer<StampOutcome[]>> StampAsync(
        CscVersion version, Caller caller, Proto.StampRequest request, CancellationToken cancellationToken)
    {
        _ = version;
        if (await operations.DemandAsync(
                caller, ClientOperations.Timestamp, CscMethods.Stamp, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = request.Digests.Count switch
        {
            0 => CscErrors.MissingArray("digests"),
            > TimestampOperations.MaxDigests => CscErrors.TooManyHashes,
            _ => null,
        };
        StampManner? manner = null;
        error ??= ProtoStamps.ReadManner(timestamps, request, out manner);
        error ??= timestamps.CheckAnswer(manner!, request.Digests.Count);
        if (error is not null)
        {
            return await operations.RefuseAsync(caller, CscMethods.Stamp, null, error, cancellationToken);
        }

        var orders = new StampOrder[request.Digests.Count];
        for (var i = 0; i < orders.Length; i++)
        {
            orders[i] = ProtoStamps.OrderOf(request.Digests[i], manner!, request.HashAlgorithmOid);
        }

        return await timestamps.StampAsync(caller, orders, cancellationToken);
    }
}
