using Microsoft.Extensions.Primitives;

namespace Appliance.Grpc.Wire;

/// <summary>The media type of gRPC: application/grpc, optionally followed by +format or parameters.</summary>
internal static class ContentTypes
{
    public const string Grpc = "application/grpc";

    public static bool IsGrpc(StringValues header)
    {
        if (header.Count != 1 || header[0] is not { } value)
        {
            return false;
        }

        return value.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase)
            && (value.Length == Grpc.Length || value[Grpc.Length] is '+' or ';');
    }
}
