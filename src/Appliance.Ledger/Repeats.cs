namespace Appliance.Ledger;

/// <summary>Which hashes of a request it has asked for before; found on the caller's thread.</summary>
internal static class Repeats
{
    /// <summary>
    /// For each hash the index of the same one before it, or -1; null when all differ. Who looks for the second begins
    /// behind the first, so that many equal hashes cost no more than many different ones.
    /// </summary>
    public static int[]? Of(IReadOnlyList<byte[]> hashes)
    {
        if (hashes.Count < 2)
        {
            return null;
        }

        int[]? before = null;
        var last = new Dictionary<byte[], int>(hashes.Count, HashComparer.Instance);
        for (var i = 0; i < hashes.Count; i++)
        {
            if (last.TryGetValue(hashes[i], out var same))
            {
                if (before is null)
                {
                    before = new int[hashes.Count];
                    Array.Fill(before, -1);
                }

                before[i] = same;
            }

            last[hashes[i]] = i;
        }

        return before;
    }

    private sealed class HashComparer : IEqualityComparer<byte[]>
    {
        public static readonly HashComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        /// <summary>Seeded, as callers choose the hashes.</summary>
        public int GetHashCode(byte[] obj)
        {
            var code = default(HashCode);
            code.AddBytes(obj);
            return code.ToHashCode();
        }
    }
}
