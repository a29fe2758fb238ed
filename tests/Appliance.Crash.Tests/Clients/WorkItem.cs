using System.Security.Cryptography;

namespace Appliance.Crash.Tests.Clients;

/// <summary>One signHash that is to be done once.</summary>
/// <param name="Id">The request id.</param>
/// <param name="Signer">Whose.</param>
/// <param name="Hashes">What is to be signed.</param>
/// <param name="Ordinals">
/// For each hash, the places it has among the hashes that were authorised. More than one when it was authorised more
/// than once; then other items have the same hash.
/// </param>
internal sealed record WorkItem(
    string Id, DrillSigner Signer, IReadOnlyList<byte[]> Hashes, IReadOnlyList<int[]> Ordinals)
{
    /// <summary>Whether no other item has one of these hashes.</summary>
    public bool IsAlone => Ordinals.All(places => places.Length == 1);

    /// <summary>The hashes as the witness's ledger has them.</summary>
    public IEnumerable<string> Names => Hashes.Select(Convert.ToHexString);

    /// <summary>What the audit trail has of the hashes: the one, or the SHA-256 of all.</summary>
    public string Digest { get; } = Hashes.Count == 1
        ? Convert.ToHexString(Hashes[0])
        : Convert.ToHexString(SHA256.HashData([.. Hashes.SelectMany(hash => hash)]));
}
