namespace Appliance.Storage;

/// <summary>An activation whose time is over.</summary>
/// <param name="Sequence">Its number inside the store.</param>
/// <param name="Id">The activation.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
public readonly record struct ExpiredActivation(long Sequence, Guid Id, long ExpiresAt);
