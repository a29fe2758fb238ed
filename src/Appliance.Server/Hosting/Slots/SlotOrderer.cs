namespace Appliance.Server.Hosting.Slots;

/// <summary>Who gives an order about slots, for the audit trail: an admin of this system, or an admin client.</summary>
/// <param name="Actor">The user of the operating system; null for a client.</param>
/// <param name="ClientId">The client; null for a user.</param>
internal readonly record struct SlotOrderer(string? Actor, Guid? ClientId)
{
    /// <summary>For the log.</summary>
    public override string ToString() => Actor ?? $"client {ClientId:D}";
}
