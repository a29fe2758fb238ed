using System.Diagnostics;

namespace Appliance.Server.Tests.Strangers;

/// <summary>Debian's python3-grpcio: gRPC's C-core.</summary>
public sealed class GrpcioRun : StrangerRun
{
    /// <summary>Debian's Python has Debian's gRPC; another python3 that comes first on the PATH does not.</summary>
    private const string Python = "/usr/bin/python3";

    /// <summary>-B: leave no compiled files beside the sources.</summary>
    protected override ProcessStartInfo Client()
        => File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/grpc")
            ? new ProcessStartInfo(Python, ["-B", Path.Combine(Interop, "appliance_client.py")])
            : throw new InvalidOperationException(
                "python3-grpcio is missing; ./test.sh installs it, or: apt-get install python3-grpcio");
}
