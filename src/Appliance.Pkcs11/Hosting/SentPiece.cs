namespace Appliance.Pkcs11.Hosting;

/// <summary>Hashes of one job that went out together.</summary>
/// <param name="Sent">The job.</param>
/// <param name="Start">First of its hashes.</param>
/// <param name="Count">How many.</param>
internal sealed record SentPiece(SentJob Sent, int Start, int Count);
