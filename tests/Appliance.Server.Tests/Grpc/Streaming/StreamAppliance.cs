using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>The running appliance with room for long lists.</summary>
public sealed class StreamAppliance : IAsyncLifetime
{
    public StreamAppliance()
        : this([])
    {
    }

    internal StreamAppliance(KeyValuePair<string, string?>[] settings)
    {
        Appliance = new RunningAppliance
        {
            Multisign = 10_000,
            Settings = [new("Limits:RequestBytes", "4194304"), .. settings],
        };
    }

    internal RunningAppliance Appliance { get; }

    public ValueTask InitializeAsync() => Appliance.InitializeAsync();

    public ValueTask DisposeAsync() => Appliance.DisposeAsync();
}
