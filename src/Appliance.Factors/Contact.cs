namespace Appliance.Factors;

/// <summary>Where a signer is reached.</summary>
/// <param name="Email">An address (RFC 5321, at most 254 characters); null for none.</param>
/// <param name="Phone">A telephone number in E.164, with the plus sign; null for none.</param>
/// <param name="Language">Of messages: two letters of ISO 639-1.</param>
public sealed record Contact(string? Email, string? Phone, string Language);
