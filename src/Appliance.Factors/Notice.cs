namespace Appliance.Factors;

/// <summary>A message to a signer.</summary>
/// <param name="SignerId">The signer; its messages are delivered in the order in which they were written.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Channel">How it goes.</param>
/// <param name="To">E-mail address, or telephone number in E.164.</param>
/// <param name="Language">Two letters of ISO 639-1; English where there is no template.</param>
/// <param name="Values">What the template takes. May hold codes and links: encrypted in the store, never
/// logged.</param>
/// <param name="ExpiresAt">Of no use from then on, Unix milliseconds: it is dropped; null for never.</param>
public sealed record Notice(
    Guid SignerId,
    NoticeKind Kind,
    NoticeChannel Channel,
    string To,
    string Language,
    IReadOnlyDictionary<string, string> Values,
    long? ExpiresAt = null);
