namespace Appliance.Grpc.Wire;

/// <summary>The statuses that this layer itself raises, encoded once.</summary>
internal static class WireStatus
{
    public static readonly GrpcStatus DeadlineExceeded =
        new(GrpcStatusCode.DeadlineExceeded, "The deadline passed.");

    public static readonly GrpcStatus Cancelled =
        new(GrpcStatusCode.Cancelled, "The call was cancelled.");

    public static readonly GrpcStatus Draining =
        new(GrpcStatusCode.Unavailable, "The server is stopping; use another connection.");

    public static readonly GrpcStatus Stopped =
        new(GrpcStatusCode.Unavailable, "The server stopped before the call was done; use another connection.");

    public static readonly GrpcStatus TooManyCalls =
        new(GrpcStatusCode.ResourceExhausted, "As many calls of this method as the server takes are running.");

    public static readonly GrpcStatus TimeoutMalformed =
        new(GrpcStatusCode.Internal, "The header grpc-timeout is not 1 to 8 digits and one of H, M, S, m, u, n.");

    public static readonly GrpcStatus EncodingUnknown =
        new(GrpcStatusCode.Unimplemented, "The grpc-encoding is not supported; use identity or gzip.");

    public static readonly GrpcStatus CompressedWithoutEncoding =
        new(GrpcStatusCode.Internal, "A message has the compressed flag, but grpc-encoding names no compression.");

    public static readonly GrpcStatus FlagInvalid =
        new(GrpcStatusCode.Internal, "A message's compressed flag is neither 0 nor 1.");

    public static readonly GrpcStatus MessageMissing =
        new(GrpcStatusCode.Internal, "The request ended without a message.");

    public static readonly GrpcStatus MessageTruncated =
        new(GrpcStatusCode.Internal, "The request ended inside a message.");

    public static readonly GrpcStatus MessageExtra =
        new(GrpcStatusCode.Internal, "The request has more than the one message that a unary call takes.");

    public static readonly GrpcStatus MessageUnreadable =
        new(GrpcStatusCode.Internal, "The request message is not valid protobuf.");

    public static readonly GrpcStatus MessageNotGzip =
        new(GrpcStatusCode.Internal, "The compressed request message is not valid gzip.");

    public static readonly GrpcStatus RequestTooLarge =
        new(GrpcStatusCode.ResourceExhausted, "The request message is larger than the server takes.");

    public static readonly GrpcStatus ResponseTooLarge =
        new(GrpcStatusCode.ResourceExhausted, "The response message is larger than the server sends.");

    public static readonly GrpcStatus HandlerThrew =
        new(GrpcStatusCode.Unknown, "The handler of the method failed.");

    public static readonly GrpcStatus HandlerGaveNothing =
        new(GrpcStatusCode.Internal, "The handler of the method gave neither a response nor a status.");
}
