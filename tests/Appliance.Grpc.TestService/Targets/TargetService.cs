using Appliance.Grpc.TestService.Protos;
using Google.Protobuf;

namespace Appliance.Grpc.TestService.Targets;

/// <summary><c>appliance.targets.Targets</c>: answers whatever can be parsed, within bounds.</summary>
internal static class TargetService
{
    private const string Key = "x-fuzz-bin";
    private const int MaxAnswers = 20;
    private const int MaxSize = 64 * 1024;

    private static readonly byte[] s_zeros = new byte[MaxSize];

    public static void Map(GrpcMethods methods)
    {
        var service = TargetsReflection.Descriptor.Services.Single();
        methods
            .Unary<Blob, Blob>(service.FindMethodByName("Unary"), Unary)
            .ClientStreaming<Blob, Blob>(service.FindMethodByName("Upload"), Upload)
            .ServerStreaming<Blob, Blob>(service.FindMethodByName("Download"), Download)
            .BidirectionalStreaming<Blob, Blob>(service.FindMethodByName("Exchange"), Exchange);
    }

    /// <summary>Done when it returns for some requests, later for others: both ways are tried.</summary>
    private static async ValueTask<Blob?> Unary(Blob request, GrpcCallContext call)
    {
        EchoMetadata(call);
        call.CompressResponses = request.Compress;
        if ((request.Count & 1) != 0)
        {
            await Task.Yield();
        }

        return request;
    }

    private static async Task<Blob?> Upload(GrpcRequestReader<Blob> requests, GrpcCallContext call)
    {
        EchoMetadata(call);
        var answer = new Blob();
        while (await requests.ReadAsync(call.CancellationToken) is not null)
        {
            answer.Count++;
        }

        return answer;
    }

    private static async Task Download(Blob request, GrpcResponseWriter<Blob> responses, GrpcCallContext call)
    {
        EchoMetadata(call);
        call.CompressResponses = request.Compress;
        var size = Math.Clamp(request.Size, 0, MaxSize);
        var answer = new Blob { Payload = UnsafeByteOperations.UnsafeWrap(s_zeros.AsMemory(0, size)) };
        for (var left = Math.Min(request.Count, MaxAnswers); left > 0; left--)
        {
            await responses.WriteAsync(answer);
        }
    }

    private static async Task Exchange(
        GrpcRequestReader<Blob> requests, GrpcResponseWriter<Blob> responses, GrpcCallContext call)
    {
        EchoMetadata(call);
        while (await requests.ReadAsync(call.CancellationToken) is { } request)
        {
            await responses.WriteAsync(request);
        }
    }

    private static void EchoMetadata(GrpcCallContext call)
    {
        foreach (var value in call.GetBinaryMetadata(Key))
        {
            call.AddTrailer(Key, value);
        }
    }
}
