namespace Appliance.Grpc.Client.Wire;

/// <summary>What went wrong below gRPC, as a status (PROTOCOL-HTTP2, "HTTP2 Transport Mapping", Errors).</summary>
internal static class TransportErrors
{
    private const long RefusedStream = 0x7;
    private const long Cancel = 0x8;
    private const long EnhanceYourCalm = 0xB;
    private const long InadequateSecurity = 0xC;

    public static GrpcStatusException ToStatus(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol && IsStreamReset(protocol))
            {
                return new GrpcStatusException(CodeOf(protocol.ErrorCode), protocol.Message, inner: exception);
            }
        }

        return new GrpcStatusException(
            GrpcStatusCode.Unavailable, $"The server cannot be reached: {exception.Message}", inner: exception);
    }

    /// <summary>
    /// RST_STREAM and GOAWAY come as the same type; only the text tells them apart (where it is stripped, the key of
    /// the text does). A connection that closes is UNAVAILABLE whatever reason it gives.
    /// </summary>
    private static bool IsStreamReset(HttpProtocolException exception)
        => exception.Message.Contains("stream", StringComparison.Ordinal)
            && !exception.Message.Contains("connection", StringComparison.Ordinal);

    private static GrpcStatusCode CodeOf(long error) => error switch
    {
        RefusedStream => GrpcStatusCode.Unavailable,
        Cancel => GrpcStatusCode.Cancelled,
        EnhanceYourCalm => GrpcStatusCode.ResourceExhausted,
        InadequateSecurity => GrpcStatusCode.PermissionDenied,
        _ => GrpcStatusCode.Internal,
    };
}
