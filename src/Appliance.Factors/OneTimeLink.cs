namespace Appliance.Factors;

/// <summary>A one-time link that is live.</summary>
/// <param name="SignerId">To whom it was sent.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Subject">What it is about; empty for nothing in particular.</param>
/// <param name="Confirmed">Whether its bearer has given the code of the other channel too.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
public sealed record OneTimeLink(Guid SignerId, LinkPurpose Purpose, Guid Subject, bool Confirmed, long ExpiresAt);
