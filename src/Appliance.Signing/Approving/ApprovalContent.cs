namespace Appliance.Signing.Approving;

/// <summary>What an approval is of, as the row keeps it.</summary>
/// <param name="Client">The asking client's name; empty for the signer itself.</param>
/// <param name="Description">What the client says that is signed; at most 500 characters.</param>
/// <param name="HashAlgorithm">The OID that came with the hashes; null where none did.</param>
/// <param name="Hashes">The raw digests.</param>
internal sealed record ApprovalContent(
    string Client, string Description, string? HashAlgorithm, IReadOnlyList<byte[]> Hashes);
