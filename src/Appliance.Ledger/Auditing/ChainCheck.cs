using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>One chain while its records pass by.</summary>
internal sealed class ChainCheck(
    long chain, long limit, SealBook seals, IReadOnlyList<AuditSegmentRow> removed, Findings findings)
{
    private readonly List<Checkpoint> _checkpoints = seals.Checkpoints.GetValueOrDefault(chain, []);
    private readonly byte[] _hash = AuditHash.Genesis.ToArray();
    private int _checkpoint;
    private int _segment;
    private bool _brokeSince;

    public long Chain => chain;

    /// <summary>Records that were added while this went on are left for the next time.</summary>
    public long Limit => limit;

    /// <summary>The position of the last record that was there.</summary>
    public long Length { get; private set; }

    /// <summary>Its hash as it is stored, or computed where none is stored.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    public long Verified { get; private set; }

    public long Removed { get; private set; }

    /// <summary>What its first record says of it; null when that was removed or is missing.</summary>
    public (string Detail, long At)? Opened { get; set; }

    /// <summary>What its own last record says.</summary>
    public (string Detail, long At, long Position)? Closed { get; set; }

    /// <summary>Takes the next record.</summary>
    public void Take(long position, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> stored, byte[] scratch)
    {
        if (position != Length + 1 && chain != 0)
        {
            Skip(position);
        }

        var isKnown = Length == position - 1 || chain == 0;
        Length = position;
        Verified++;
        if (chain == 0)
        {
            AuditHash.Compute(_hash, encoded, scratch, _hash);
            Pass();
            return;
        }

        if (isKnown)
        {
            AuditHash.Compute(_hash, encoded, scratch, _hash);
        }

        if (stored.Length != AuditHash.Length || (isKnown && !stored.SequenceEqual(_hash)))
        {
            _brokeSince = true;
            findings.Add(
                AuditFindingKind.BrokenRecord,
                chain,
                position,
                null,
                $"Record {position} of chain {chain} is broken: it is not what was written.");
        }

        if (stored.Length == AuditHash.Length)
        {
            // The next record is judged by what this one says, so that each is named that is wrong, and no other.
            stored.CopyTo(_hash);
        }

        Pass();
    }

    /// <summary>Removed segments at the end, of which nothing follows.</summary>
    public void Finish()
    {
        while (_segment < removed.Count && removed[_segment].First == Length + 1)
        {
            TakeSegment();
        }

        for (; _segment < removed.Count; _segment++)
        {
            findings.Add(
                AuditFindingKind.AlteredChain,
                chain,
                removed[_segment].First,
                removed[_segment].Seal,
                $"Chain {chain} is said to have been removed from record {removed[_segment].First} on, out of place.");
        }
    }

    /// <summary>A gap: what retention removed, or what is missing.</summary>
    private void Skip(long position)
    {
        while (_segment < removed.Count && removed[_segment].First == Length + 1 && removed[_segment].Last < position)
        {
            TakeSegment();
        }

        if (Length + 1 == position)
        {
            return;
        }

        _brokeSince = true;
        findings.Add(
            AuditFindingKind.MissingRecords,
            chain,
            Length + 1,
            null,
            $"Records {Length + 1} to {position - 1} of chain {chain} are missing ({position - 1 - Length}).");
        while (_checkpoint < _checkpoints.Count && _checkpoints[_checkpoint].Position < position)
        {
            _checkpoint++;
        }
    }

    private void TakeSegment()
    {
        var segment = removed[_segment++];
        if (!segment.Before.AsSpan().SequenceEqual(_hash)
            || !seals.Covers(chain, segment.Last, segment.Head, segment.Seal))
        {
            findings.Add(
                AuditFindingKind.MissingRecords,
                chain,
                segment.First,
                segment.Seal,
                $"Records {segment.First} to {segment.Last} of chain {chain} are gone; no seal says so.");
        }

        Removed += segment.Last - segment.First + 1;
        Length = segment.Last;
        if (segment.Head.Length == AuditHash.Length)
        {
            segment.Head.CopyTo(_hash, 0);
        }

        while (_checkpoint < _checkpoints.Count && _checkpoints[_checkpoint].Position <= segment.Last)
        {
            _checkpoint++;
        }
    }

    private void Pass()
    {
        while (_checkpoint < _checkpoints.Count && _checkpoints[_checkpoint].Position <= Length)
        {
            var point = _checkpoints[_checkpoint++];
            if (point.Position != Length || point.Fits(_hash))
            {
                continue;
            }

            if (_brokeSince)
            {
                _brokeSince = false;
                continue;
            }

            var from = _checkpoint > 1 ? _checkpoints[_checkpoint - 2].Position + 1 : 1;
            var by = point.Seal == 0 ? "what this server wrote" : $"what seal {point.Seal} covers";
            findings.Add(
                AuditFindingKind.RewrittenRecords,
                chain,
                from,
                point.Seal,
                $"Records {from} to {point.Position} of chain {chain} were written again: they are not {by}.");
        }
    }
}
