namespace Appliance.Ledger;

/// <summary>What an extension gave.</summary>
/// <param name="Status">Ok, or why the old activation stands as it was.</param>
/// <param name="Remaining">Signatures carried over to the new activation; 0 unless Ok.</param>
public readonly record struct ExtendResult(ReservationStatus Status, int Remaining);
