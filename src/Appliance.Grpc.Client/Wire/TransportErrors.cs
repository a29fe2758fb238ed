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
            if (cause is HttpProtocolException protocol)
            {
                return new GrpcStatusException(CodeOf(protocol.ErrorCode), protocol.Message, inner: exception);
            }
        }

        return new GrpcStatusException(
            GrpcStatusCode.Unavailable, $"The server cannot be reached: {exception.Message}", inner: exception);
    }

    private static GrpcStatusCode CodeOf(long error) => error switch
    {
        RefusedStream => GrpcStatusCode.Unavailable,
        Cancel => GrpcStatusCode.Cancelled,
        EnhanceYourCalm => GrpcStatusCode.ResourceExhausted,
        InadequateSecurity => GrpcStatusCode.PermissionDenied,
        _ => GrpcStatusCode.Internal,
    };
}
