using System.Diagnostics;

namespace Appliance.Grpc.Tests.Strangers;

/// <summary>Debian's python3-grpcio: gRPC's C-core.</summary>
public sealed class GrpcioRun : StrangerRun
{
    /// <summary>Debian's Python has Debian's gRPC; another python3 that comes first on the PATH does not.</summary>
    private const string Python = "/usr/bin/python3";

    protected override ProcessStartInfo Client()
    {
        if (!File.Exists(Python) || !Directory.Exists("/usr/lib/python3/dist-packages/grpc"))
        {
            throw new InvalidOperationException(
                "python3-grpcio is missing; ./test.sh installs it, or: apt-get install python3-grpcio");
        }

        // -B: leave no compiled files beside the sources.
        return new ProcessStartInfo(
            Python,
            ["-B", Path.Combine(Root, "tests", "Appliance.Grpc.Tests", "Strangers", "python", "interop_client.py")]);
    }
}
