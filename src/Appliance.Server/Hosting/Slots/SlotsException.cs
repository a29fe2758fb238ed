namespace Appliance.Server.Hosting.Slots;

/// <summary>No slot of the group can be used; the message says for each of them why.</summary>
internal sealed class SlotsException(string message) : InvalidOperationException(message);
