namespace Appliance.Ledger;

/// <summary>Whether somebody may have a time stamp at this moment.</summary>
/// <param name="Refusal">Why not; None when it may.</param>
/// <param name="PerDay">How many its client may have on a day (UTC); 0 for no limit.</param>
public readonly record struct TimestampStanding(TimestampRefusal Refusal, int PerDay = 0);
