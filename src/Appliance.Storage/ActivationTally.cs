namespace Appliance.Storage;

/// <summary>How many hash occurrences are in which state.</summary>
/// <param name="Authorised">May be signed.</param>
/// <param name="Reserved">Are being signed.</param>
/// <param name="Consumed">Were signed.</param>
/// <param name="Spent">May have been signed and never will be again.</param>
public readonly record struct ActivationTally(long Authorised, long Reserved, long Consumed, long Spent);
