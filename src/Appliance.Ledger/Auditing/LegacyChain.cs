using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>
/// The records from before there were chains: they have no hashes of their own, and the first seal covers them by the
/// hash that a chain of them would have. Their positions may have gaps.
/// </summary>
internal static class LegacyChain
{
    private const int Page = 20_000;

    /// <summary>Computes where it ends; null when there is none.</summary>
    public static SealedChain? Compute(Store store)
    {
        if (store.Read(static connection => connection.Audit.Chains.Find(0)) is not { } row)
        {
            return null;
        }

        var block = new AuditBlock();
        var scratch = new byte[1 << 16];
        var hash = AuditHash.Genesis.ToArray();
        var after = -1L;
        var length = 0L;
        do
        {
            var from = after;
            store.Read(block, (connection, page) =>
            {
                connection.Audit.Copy(from, Page, page);
                return 0;
            });
            var records = block.Records;
            while (AuditBlock.TryTake(ref records, out var encoded, out _)
                && AuditBlock.SequenceOf(encoded) < AuditRow.SequenceOf(1, 0))
            {
                if (scratch.Length < encoded.Length + AuditHash.Length)
                {
                    scratch = new byte[2 * (encoded.Length + AuditHash.Length)];
                }

                AuditHash.Compute(hash, encoded, scratch, hash);
                length = AuditBlock.SequenceOf(encoded);
            }

            after = block.LastSequence;
        }
        while (block.Count == Page && after < AuditRow.SequenceOf(1, 0));

        return new SealedChain(row.Id, length, Closed: true, hash);
    }
}
