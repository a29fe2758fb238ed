using Google.Protobuf.Reflection;
using Grpc.Reflection.V1;
using V1 = Grpc.Reflection.V1.ReflectionReflection;
using V1Alpha = Grpc.Reflection.V1Alpha.ReflectionReflection;

namespace Appliance.Grpc.Services;

/// <summary>Serves both packages of server reflection by one handler: their messages are the same bytes.</summary>
internal sealed class ReflectionMethods(ReflectionTables tables)
{
    public const int LargestRequest = 4_096;
    public const int MostStreams = 100;

    /// <summary>A tool asks what it wants at once; a stream that only sits there keeps a place from others.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private static readonly GrpcStatus s_quiet = new(
        GrpcStatusCode.Unavailable, "The stream was quiet for too long; begin another.");

    private static readonly GrpcMethodOptions s_options = new()
    {
        MaxReceiveMessageSize = LargestRequest,
        MaxConcurrentCalls = MostStreams,
    };

    /// <summary>The methods, and those of reflection over them and over itself.</summary>
    public static GrpcMethods AddTo(GrpcMethods methods)
    {
        var v1 = V1.Descriptor.Services[0];
        var v1Alpha = V1Alpha.Descriptor.Services[0];
        var reflection = new ReflectionMethods(new ReflectionTables([.. methods.Services, v1, v1Alpha]));
        return methods.Copy()
            .BidirectionalStreaming<ServerReflectionRequest, ServerReflectionResponse>(
                MethodOf(v1), reflection.AnswerAsync, s_options)
            .BidirectionalStreamingAs<ServerReflectionRequest, ServerReflectionResponse>(
                MethodOf(v1Alpha), MethodOf(v1), reflection.AnswerAsync, s_options);
    }

    private static MethodDescriptor MethodOf(ServiceDescriptor service)
        => service.FindMethodByName("ServerReflectionInfo");

    private async Task AnswerAsync(
        GrpcRequestReader<ServerReflectionRequest> requests,
        GrpcResponseWriter<ServerReflectionResponse> responses,
        GrpcCallContext call)
    {
        var session = new ReflectionSession(tables);

        while (await ReadAsync(requests, call) is { } request)
        {
            await responses.WriteAsync(session.Answer(request));
        }
    }

    /// <summary>
    /// The client may be done for long and only hold the stream: it may not for ever, and a stop does not wait for it.
    /// The cancelled wait ends the call with UNAVAILABLE.
    /// </summary>
    private static async ValueTask<ServerReflectionRequest?> ReadAsync(
        GrpcRequestReader<ServerReflectionRequest> requests, GrpcCallContext call)
    {
        using var pause = new CancellationTokenSource(LongestPause, call.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, call.Draining);
        try
        {
            return await requests.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !call.Ended)
        {
            throw new GrpcStatusException(s_quiet);
        }
    }
}
