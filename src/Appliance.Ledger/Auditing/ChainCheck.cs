using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>One chain while its records pass by.</summary>
internal sealed class ChainCheck(
    long chain, long limit, SealBook seals, AuditSegmentRow? removed, Findings findings)
{
    private readonly List<Checkpoint> _checkpoints = seals.Checkpoints.GetValueOrDefault(chain, []);
    private readonly byte[] _hash = AuditHash.Genesis.ToArray();
    private int _checkpoint;
    private bool _brokeSince;

    public long Chain => chain;

    /// <summary>Records that were added while this went on are left for the next time.</summary>
    public long Limit => limit;

    /// <summary>The position of the last record that was there.</summary>
    public long Length { get; private set; }

    /// <summary>Its hash as it is stored, or computed where none is stored.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    public long Verified { get; private set; }

    /// <summary>Records that are gone as their retention ended.</summary>
    public long Removed { get; private set; }

    /// <summary>What its first record says of it; null when that was removed or is missing.</summary>
    public (string Detail, long At)? Opened { get; set; }

    /// <summary>What its own last record says.</summary>
    public (string Detail, long At, long Position)? Closed { get; set; }

    /// <summary>Takes the next record.</summary>
    public void Take(long position, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> stored, byte[] scratch)
    {
        var isKnown = chain == 0 || position == Length + 1 || Skip(position);
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

    /// <summary>What was removed, where nothing follows.</summary>
    public void Finish()
    {
        if (removed is not null && Length < removed.Last)
        {
            TakeRemoved();
        }
    }

    /// <summary>A gap: what retention removed, or what is missing.</summary>
    /// <returns>Whether the hash before this position is known.</returns>
    private bool Skip(long position)
    {
        if (removed is not null && Length == 0)
        {
            if (position <= removed.Last)
            {
                // It is being removed right now, or was stopped in the middle of it.
                Removed = position - 1;
                return false;
            }

            TakeRemoved();
            if (Length + 1 == position)
            {
                return true;
            }
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

        return false;
    }

    private void TakeRemoved()
    {
        if (!seals.Covers(chain, removed!.Last, removed.Head, removed.Seal))
        {
            findings.Add(
                AuditFindingKind.MissingRecords,
                chain,
                1,
                removed.Seal,
                $"Records 1 to {removed.Last} of chain {chain} are gone; no seal says so.");
        }

        Removed = removed.Last;
        Length = removed.Last;
        if (removed.Head.Length == AuditHash.Length)
        {
            removed.Head.CopyTo(_hash, 0);
        }

        while (_checkpoint < _checkpoints.Count && _checkpoints[_checkpoint].Position <= removed.Last)
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
