using Appliance.Storage;

namespace Appliance.Ledger.Tests.Broken;

/// <summary>Forgets one release in so many: what was given back stays used.</summary>
internal sealed class LossyActivationTable(ActivationTable inner, int every) : ActivationTable
{
    private readonly Dictionary<long, int> _remaining = [];
    private int _releases;

    public override long Insert(ActivationRow row) => inner.Insert(row);

    public override ActivationRow? Find(Guid id) => inner.Find(id);

    public override bool TryCheck(Guid id, OccurrenceStates states, out ActivationCheck check)
    {
        var found = inner.TryCheck(id, states, out check);
        _remaining[check.Sequence] = check.Remaining;
        return found;
    }

    public override bool TryReadStates(
        Guid id, OccurrenceStates states, out long sequence, out int remaining, out int scal)
    {
        var found = inner.TryReadStates(id, states, out sequence, out remaining, out scal);
        _remaining[sequence] = remaining;
        return found;
    }

    public override void Update(long sequence, int remaining, OccurrenceStates states)
    {
        var isRelease = remaining > _remaining[sequence];
        if (isRelease && ++_releases % every == 0)
        {
            return;
        }

        inner.Update(sequence, remaining, states);
    }

    public override void Prolong(long sequence, long expiresAt, UInt128 mac)
        => inner.Prolong(sequence, expiresAt, mac);

    public override void Open(long sequence, long expiresAt, long authorisedAt, UInt128 mac)
        => inner.Open(sequence, expiresAt, authorisedAt, mac);

    public override int CountStaged(Guid signerId, long now) => inner.CountStaged(signerId, now);

    public override IReadOnlyList<ExpiredActivation> ListExpired(
        long before, (long ExpiresAt, long Sequence) after, int limit)
        => inner.ListExpired(before, after, limit);

    public override int DeleteSegments(long sequence, int limit) => inner.DeleteSegments(sequence, limit);

    public override void Delete(long sequence) => inner.Delete(sequence);

    public override int CloseOfSigner(Guid signerId, long now) => inner.CloseOfSigner(signerId, now);

    public override void Close(long sequence) => inner.Close(sequence);

    public override ActivationTally Tally(Guid? id = null) => inner.Tally(id);

    internal override void ReadSegment(long sequence, int segment, Span<byte> bits)
        => inner.ReadSegment(sequence, segment, bits);
}
