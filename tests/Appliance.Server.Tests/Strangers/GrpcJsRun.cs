using System.Diagnostics;

namespace Appliance.Server.Tests.Strangers;

/// <summary>npm's @grpc/grpc-js: gRPC in JavaScript, on Node's own HTTP/2.</summary>
public sealed class GrpcJsRun : StrangerRun
{
    protected override ProcessStartInfo Client()
        => Directory.Exists(Path.Combine(Interop, "node_modules", "@grpc", "grpc-js"))
            ? new ProcessStartInfo("node", [Path.Combine(Interop, "appliance_client.js")])
            : throw new InvalidOperationException(
                "@grpc/grpc-js is missing; ./test.sh installs it, or: npm ci, in tests/interop");
}
