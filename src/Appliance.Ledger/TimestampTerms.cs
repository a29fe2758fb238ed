using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>What a time stamp costs, where it costs anything or not everybody may have it.</summary>
/// <param name="Take">
/// Decides and takes, in the transaction of the intent; may run again after a rollback. Its refusal is recorded, and
/// must have taken nothing.
/// </param>
/// <param name="Return">
/// Gives back what was taken, in the transaction that records that there is no time stamp; may run again after a
/// rollback.
/// </param>
/// <param name="Announce">Names the rows that both look at; null for none.</param>
public sealed record TimestampTerms(
    Func<StoreConnection, TimestampRefusal> Take,
    Action<StoreConnection> Return,
    Action<StoreKeys>? Announce = null);
