namespace Appliance.Grpc.Client;

/// <summary>The answer of a unary call that ended with OK.</summary>
/// <param name="Message">The response message.</param>
/// <param name="Headers">Metadata that came before the message.</param>
/// <param name="Trailers">Metadata that came with the status.</param>
public sealed record GrpcResponse<TResponse>(TResponse Message, GrpcMetadata Headers, GrpcMetadata Trailers);
