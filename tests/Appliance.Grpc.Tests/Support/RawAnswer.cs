using Appliance.Grpc.Tests.Protos;

namespace Appliance.Grpc.Tests.Support;

/// <summary>What came back, as it came.</summary>
internal sealed record RawAnswer(
    int Http,
    GrpcStatusCode Status,
    bool TrailersOnly,
    byte[] Body,
    Dictionary<string, string> Headers,
    Dictionary<string, string> Trailers,
    string? ContentType,
    string? Allow)
{
    public string? Message
        => (TrailersOnly ? Headers : Trailers).TryGetValue("grpc-message", out var text) ? text : null;

    public TestResponse Response => TestResponse.Parser.ParseFrom(Body, 5, Body.Length - 5);
}
