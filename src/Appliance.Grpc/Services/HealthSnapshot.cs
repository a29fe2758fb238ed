using System.Collections.Frozen;

namespace Appliance.Grpc.Services;

/// <summary>What is true of all services until something changes, and the signal that it did.</summary>
internal sealed class HealthSnapshot(FrozenDictionary<string, HealthEntry> entries)
{
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>By full name of the service.</summary>
    public FrozenDictionary<string, HealthEntry> Entries { get; } = entries;

    /// <summary>Completes when there is a newer one.</summary>
    public Task Replaced => _replaced.Task;

    public void Replace() => _replaced.SetResult();
}
