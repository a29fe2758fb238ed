namespace Appliance.Storage.Postgres;

/// <summary>A row of activation_hash.</summary>
internal readonly record struct LoadedOccurrence(long Ordinal, UInt128 Mac);
