using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>
/// The running appliance with few places for calls in work, where authorize of version 1 waits a short time.
/// </summary>
public sealed class ImpatientAppliance : IAsyncLifetime
{
    internal RunningAppliance Appliance { get; } = new()
    {
        Settings = [new("Approval:WaitSeconds", "3"), new("Limits:CallsInFlight", "2")],
    };

    public ValueTask InitializeAsync() => Appliance.InitializeAsync();

    public ValueTask DisposeAsync() => Appliance.DisposeAsync();
}
