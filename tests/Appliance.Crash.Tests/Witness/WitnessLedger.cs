namespace Appliance.Crash.Tests.Witness;

/// <summary>What the witness saw so far, by hash: nothing in it comes from the appliance's own records.</summary>
internal sealed class WitnessLedger(WitnessFile file)
{
    private const int HashLength = 32;

    private readonly Dictionary<string, List<WitnessedSignature>> _byHash = new(StringComparer.Ordinal);
    private readonly Dictionary<long, WitnessedSignature> _byEntry = [];
    private long _next;

    /// <summary>C_Sign calls that were entered.</summary>
    public int Entries => _byEntry.Count;

    /// <summary>Records that a death cut off.</summary>
    public int Torn { get; private set; }

    /// <summary>Takes in what is new; the server must have ended.</summary>
    public void Read()
    {
        var records = file.Read(_next, out _next, out var torn);
        Torn += torn;
        foreach (var record in records.Where(record => !record.IsQuery))
        {
            if (record.IsEntry)
            {
                // SHA-256 with or without DigestInfo before it.
                var hash = Convert.ToHexString(record.Bytes.AsSpan(^HashLength..));
                var signature = new WitnessedSignature(hash);
                _byEntry.Add(record.Number, signature);
                if (!_byHash.TryGetValue(hash, out var list))
                {
                    _byHash.Add(hash, list = []);
                }

                list.Add(signature);
            }
            else
            {
                _byEntry[record.Entry].Return(record.ReturnValue, record.Bytes);
            }
        }
    }

    /// <summary>The signatures over a hash that exist or may exist: all that did not end in an error.</summary>
    public IReadOnlyList<WitnessedSignature> Of(string hash)
        => _byHash.TryGetValue(hash, out var list) ? [.. list.Where(signature => !signature.Failed)] : [];
}
