using Appliance.Grpc.TestService.Probes;
using Appliance.Grpc.TestService.Protos;

namespace Appliance.Grpc.TestService.Interop;

/// <summary>Answers the requests of one call with the responses they ask for.</summary>
internal sealed class StreamedAnswers(
    GrpcResponseWriter<StreamingOutputCallResponse> responses,
    GrpcCallContext call,
    CallRecord record,
    TimeProvider time)
{
    private bool _begun;

    /// <summary>False when the call is over with this request: it failed.</summary>
    public async Task<bool> Answer(StreamingOutputCallRequest request)
    {
        if (Refusal(request) is { } refusal)
        {
            call.Fail(refusal);
            return false;
        }

        await Begin(request);
        foreach (var wanted in request.ResponseParameters)
        {
            await Pause(wanted.IntervalUs);
            call.CompressResponses = wanted.Compressed is { Value: true };
            await responses.WriteAsync(new StreamingOutputCallResponse { Payload = Payloads.Zeros(wanted.Size) });
            record.CountWritten();
        }

        return true;
    }

    private static GrpcStatus? Refusal(StreamingOutputCallRequest request)
        => Wishes.Status(request.ResponseStatus)
            ?? Payloads.Refusal(request.ResponseType, 0)
            ?? request.ResponseParameters.Select(wanted => Payloads.Refusal(request.ResponseType, wanted.Size))
                .FirstOrDefault(refusal => refusal is not null);

    /// <summary>The headers say whether any message may be compressed: they must know before the first.</summary>
    private async Task Begin(StreamingOutputCallRequest request)
    {
        if (_begun || request.ResponseParameters.Count == 0)
        {
            return;
        }

        _begun = true;
        if (request.ResponseParameters.Any(wanted => wanted.Compressed is { Value: true }))
        {
            call.CompressResponses = true;
            await call.SendHeadersAsync();
        }
    }

    private async Task Pause(int microseconds)
    {
        if (microseconds <= 0)
        {
            return;
        }

        // A timer's period has at least a millisecond.
        using var timer = new PeriodicTimer(
            TimeSpan.FromMilliseconds(Math.Ceiling(microseconds / 1_000.0)), time);
        await timer.WaitForNextTickAsync(call.CancellationToken);
    }
}
