using System.Text.Json.Serialization;

namespace Appliance.Server.Hosting;

/// <summary>Where a server that is ready can be reached, for scripts that asked for any free port.</summary>
internal sealed record ReadyDocument(
    [property: JsonPropertyName("rest")] string Rest,
    [property: JsonPropertyName("grpc")] string Grpc,
    [property: JsonPropertyName("pid")] int ProcessId);
