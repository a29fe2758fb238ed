using System.Diagnostics;

namespace Appliance.Grpc.Tests.Strangers;

/// <summary>npm's @grpc/grpc-js: gRPC in JavaScript, on Node's own HTTP/2.</summary>
public sealed class GrpcJsRun : StrangerRun
{
    protected override ProcessStartInfo Client()
    {
        var modules = Path.Combine(Root, "tests", "interop", "node_modules");
        if (!Directory.Exists(Path.Combine(modules, "@grpc", "grpc-js")))
        {
            throw new InvalidOperationException(
                "@grpc/grpc-js is missing; ./test.sh installs it, or: npm ci, in tests/interop");
        }

        return new ProcessStartInfo(
            "node",
            [Path.Combine(Root, "tests", "Appliance.Grpc.Tests", "Strangers", "node", "interop_client.js")])
        {
            Environment = { ["NODE_PATH"] = modules },
        };
    }
}
