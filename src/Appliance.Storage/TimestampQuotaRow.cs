namespace Appliance.Storage;

/// <summary>The time stamps that a client had on a day.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="Day">Days since 1970-01-01, UTC.</param>
/// <param name="Used">How many.</param>
public readonly record struct TimestampQuotaRow(Guid ClientId, long Day, int Used);
