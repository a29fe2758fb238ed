namespace Appliance.Storage;

/// <summary>Whether a commit lasts through a loss of power, by the store's own settings.</summary>
/// <param name="Settings">What decides it, in the store's words.</param>
/// <param name="Fault">What must be changed; null when commits last.</param>
public sealed record StoreDurability(string Settings, string? Fault);
