using Appliance.Grpc.TestService.Probes;
using Appliance.Grpc.TestService.Protos;

namespace Appliance.Grpc.TestService.Interop;

/// <summary>
/// <c>grpc.testing.TestService</c> as "gRPC Interop Test Case Descriptions" tells a server to be. UnimplementedCall and
/// the UnimplementedService are left out: that is their point.
/// </summary>
internal sealed class InteropService(TimeProvider time, CallRecords records)
{
    /// <summary>Most responses that a half-duplex call may ask for before the first is sent.</summary>
    private const int MaxHeldBack = 10_000;

    private static readonly GrpcStatus s_tooManyHeldBack = new(
        GrpcStatusCode.ResourceExhausted, "HalfDuplexCall keeps at most 10,000 responses back.");

    public void Map(GrpcMethods methods)
    {
        var service = TestReflection.Descriptor.Services.Single(service => service.Name == "TestService");
        methods
            .Unary<Empty, Empty>(service.FindMethodByName("EmptyCall"), EmptyCall)
            .Unary<SimpleRequest, SimpleResponse>(service.FindMethodByName("UnaryCall"), UnaryCall)
            .ServerStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>(
                service.FindMethodByName("StreamingOutputCall"), StreamingOutputCall)
            .ClientStreaming<StreamingInputCallRequest, StreamingInputCallResponse>(
                service.FindMethodByName("StreamingInputCall"), StreamingInputCall)
            .BidirectionalStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>(
                service.FindMethodByName("FullDuplexCall"), FullDuplexCall)
            .BidirectionalStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>(
                service.FindMethodByName("HalfDuplexCall"), HalfDuplexCall);
    }

    /// <summary>Not done when it returns, so that both ways of a unary handler are tried.</summary>
    private static async ValueTask<Empty?> EmptyCall(Empty request, GrpcCallContext call)
    {
        await Task.Yield();
        Wishes.EchoMetadata(call);
        return request;
    }

    /// <summary>Done when it returns.</summary>
    private static ValueTask<SimpleResponse?> UnaryCall(SimpleRequest request, GrpcCallContext call)
    {
        Wishes.EchoMetadata(call);
        var refusal = Wishes.Status(request.ResponseStatus)
            ?? Wishes.Compression(request.ExpectCompressed, call)
            ?? Payloads.Refusal(request.ResponseType, request.ResponseSize);
        if (refusal is not null)
        {
            call.Fail(refusal);
            return ValueTask.FromResult<SimpleResponse?>(null);
        }

        call.CompressResponses = request.ResponseCompressed is { Value: true };
        return ValueTask.FromResult<SimpleResponse?>(new() { Payload = Payloads.Zeros(request.ResponseSize) });
    }

    private Task StreamingOutputCall(
        StreamingOutputCallRequest request,
        GrpcResponseWriter<StreamingOutputCallResponse> responses,
        GrpcCallContext call)
        => records.Follow(call, async record =>
        {
            Wishes.EchoMetadata(call);
            record.CountRead();
            await new StreamedAnswers(responses, call, record, time).Answer(request);
        });

    private async Task<StreamingInputCallResponse?> StreamingInputCall(
        GrpcRequestReader<StreamingInputCallRequest> requests, GrpcCallContext call)
    {
        StreamingInputCallResponse? response = null;
        await records.Follow(call, async record =>
        {
            Wishes.EchoMetadata(call);
            var sum = 0;
            while (await requests.ReadAsync(call.CancellationToken) is { } request)
            {
                record.CountRead();
                if (Wishes.Compression(request.ExpectCompressed, call) is { } refusal)
                {
                    call.Fail(refusal);
                    return;
                }

                sum += request.Payload?.Body.Length ?? 0;
            }

            response = new StreamingInputCallResponse { AggregatedPayloadSize = sum };
        });
        return response;
    }

    private Task FullDuplexCall(
        GrpcRequestReader<StreamingOutputCallRequest> requests,
        GrpcResponseWriter<StreamingOutputCallResponse> responses,
        GrpcCallContext call)
        => records.Follow(call, async record =>
        {
            Wishes.EchoMetadata(call);
            var answers = new StreamedAnswers(responses, call, record, time);
            while (await requests.ReadAsync(call.CancellationToken) is { } request)
            {
                record.CountRead();
                if (!await answers.Answer(request))
                {
                    return;
                }
            }
        });

    private Task HalfDuplexCall(
        GrpcRequestReader<StreamingOutputCallRequest> requests,
        GrpcResponseWriter<StreamingOutputCallResponse> responses,
        GrpcCallContext call)
        => records.Follow(call, async record =>
        {
            Wishes.EchoMetadata(call);
            var held = new List<StreamingOutputCallRequest>();
            var count = 0;
            while (await requests.ReadAsync(call.CancellationToken) is { } request)
            {
                record.CountRead();
                request.Payload = null;
                held.Add(request);
                count += 1 + request.ResponseParameters.Count;
                if (count > MaxHeldBack)
                {
                    call.Fail(s_tooManyHeldBack);
                    return;
                }
            }

            var answers = new StreamedAnswers(responses, call, record, time);
            foreach (var request in held)
            {
                if (!await answers.Answer(request))
                {
                    return;
                }
            }
        });
}
