using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>Reads all seals, each against the one before and its signature, and keeps what they say of each
/// chain.</summary>
internal sealed class SealBook(Findings findings, AuditVerificationOptions options)
{
    private const int Page = 1_000;

    private readonly Dictionary<long, byte[]> _hashes = [];
    private readonly Dictionary<long, long> _times = [];
    private readonly Dictionary<long, byte[]> _timestamps = [];
    private readonly Dictionary<long, SealedChain> _open = [];
    private AuditSealRow? _last;

    /// <summary>Per chain, what it must be, by position.</summary>
    public Dictionary<long, List<Checkpoint>> Checkpoints { get; } = [];

    /// <summary>Per chain, the newest seal over it and what that says.</summary>
    public Dictionary<long, (long Seal, SealedChain Chain)> Newest { get; } = [];

    /// <summary>When a seal was made; null when there is no such seal.</summary>
    public long? TimeOf(long number) => _times.TryGetValue(number, out var at) ? at : null;

    public long Count { get; private set; }

    /// <summary>Seals that have a time stamp.</summary>
    public long Timestamps => _timestamps.Count;

    public long LastNumber => _last?.Number ?? 0;

    /// <summary>Reads all up to one.</summary>
    public void Read(Store store, long last)
    {
        while (LastNumber < last)
        {
            var after = LastNumber;
            var most = (int)Math.Min(Page, last - after);
            var page = store.Read(connection => connection.Audit.Seals.List(after, most))
                .Where(row => row.Number <= last).ToList();
            var genuine = VerifySignatures(page);
            for (var i = 0; i < page.Count; i++)
            {
                Add(page[i], genuine[i]);
            }

            if (page.Count == 0)
            {
                break;
            }
        }

        if (options.Remembered is { } remembered)
        {
            Expect(remembered.Number, remembered.Hash.Span, "it was made, as is remembered outside of the store");
        }
    }

    /// <summary>A record, or somebody, says that there is this seal.</summary>
    public void Expect(long number, ReadOnlySpan<byte> hash, string because)
    {
        if (!_hashes.TryGetValue(number, out var found))
        {
            _hashes.Add(number, hash.ToArray());
            findings.Add(
                AuditFindingKind.MissingSeal, null, null, number, $"Seal {number} is missing: {because}.");
        }
        else if (found.Length > 0 && !hash.SequenceEqual(found))
        {
            findings.Add(
                AuditFindingKind.BrokenSeal,
                null,
                null,
                number,
                $"Seal {number} is another than the one that was made.");
        }
    }

    /// <summary>A record says with which time stamp a seal was made.</summary>
    /// <param name="number">The seal's.</param>
    /// <param name="hash">SHA-256 of the token; empty for none.</param>
    public void ExpectTimestamp(long number, ReadOnlySpan<byte> hash)
    {
        if (!_times.ContainsKey(number) || hash.SequenceEqual(_timestamps.GetValueOrDefault(number)))
        {
            return;
        }

        findings.Add(
            AuditFindingKind.BrokenTimestamp,
            null,
            null,
            number,
            hash.IsEmpty
                ? (FormattableString)$"Seal {number} has a time stamp; it was made without one."
                : $"Seal {number} was made with a time stamp, which is missing or another now.");
    }

    /// <summary>True when a seal covers exactly this end of a chain.</summary>
    public bool Covers(long chain, long position, ReadOnlySpan<byte> hash, long seal)
    {
        foreach (var checkpoint in Checkpoints.GetValueOrDefault(chain, []))
        {
            if (checkpoint.Seal == seal && checkpoint.Position == position && checkpoint.Fits(hash))
            {
                return true;
            }
        }

        return false;
    }

    private bool[] VerifySignatures(List<AuditSealRow> page)
    {
        var genuine = new bool[page.Count];
        if (options.VerifySignature is not { } verify)
        {
            Array.Fill(genuine, true);
            return genuine;
        }

        for (var i = 0; i < page.Count; i++)
        {
            genuine[i] = verify(SHA256.HashData(page[i].Body), page[i].Signature);
        }

        return genuine;
    }

    private void Add(AuditSealRow row, bool genuine)
    {
        for (var missing = LastNumber + 1; missing < row.Number && missing < LastNumber + 100; missing++)
        {
            _hashes.TryAdd(missing, []);
            findings.Add(
                AuditFindingKind.MissingSeal, null, null, missing, $"Seal {missing} is missing, between others.");
        }

        Count++;
        var seal = AuditSeal.TryParse(row.Body);
        var hash = SHA256.HashData(row.Body);
        _hashes[row.Number] = hash;
        _times[row.Number] = row.At;
        TakeTimestamp(row);
        if (!genuine)
        {
            Broken(row, "its signature is not genuine");
        }
        else if (seal is null || (seal.Number, seal.At) != (row.Number, row.At)
            || !hash.AsSpan().SequenceEqual(row.Hash))
        {
            Broken(row, "what stands about it is not what was signed");
        }
        else if (IsNext(row) && !seal.Previous.AsSpan().SequenceEqual(_last?.Hash ?? AuditSeal.None))
        {
            Broken(row, "it does not continue the one before");
        }

        if (genuine && seal is not null)
        {
            Take(seal, IsNext(row));
        }

        _last = row with { Hash = hash };
    }

    private void TakeTimestamp(AuditSealRow row)
    {
        if (row.Timestamp is not { } token)
        {
            return;
        }

        _timestamps[row.Number] = SHA256.HashData(token);
        if (row.At >= options.From && options.VerifyTimestamp?.Invoke(row) is { } fault)
        {
            findings.Add(
                AuditFindingKind.BrokenTimestamp,
                null,
                null,
                row.Number,
                $"The time stamp of seal {row.Number} does not hold: {fault}.");
        }
    }

    private bool IsNext(AuditSealRow row) => row.Number == LastNumber + 1;

    private void Take(AuditSeal seal, bool isNext)
    {
        var before = new HashSet<long>(_open.Keys);
        foreach (var chain in seal.Chains)
        {
            before.Remove(chain.Chain);
            if (!Checkpoints.TryGetValue(chain.Chain, out var points))
            {
                Checkpoints.Add(chain.Chain, points = []);
            }

            if (points.Count == 0 || points[^1].Position < chain.Length)
            {
                points.Add(Checkpoint.Of(chain.Length, chain.Head, seal.Number));
            }

            Newest[chain.Chain] = (seal.Number, chain);
            if (chain.Closed)
            {
                _open.Remove(chain.Chain);
            }
            else
            {
                _open[chain.Chain] = chain;
            }
        }

        foreach (var left in isNext ? before : [])
        {
            _open.Remove(left);
            findings.Add(
                AuditFindingKind.BrokenSeal, left, null, seal.Number, $"Seal {seal.Number} leaves out chain {left}.");
        }
    }

    private void Broken(AuditSealRow row, string why)
        => findings.Add(
            AuditFindingKind.BrokenSeal, null, null, row.Number, $"Seal {row.Number} is broken: {why}.");
}
