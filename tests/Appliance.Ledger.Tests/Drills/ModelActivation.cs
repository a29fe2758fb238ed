using Appliance.Storage;

namespace Appliance.Ledger.Tests.Drills;

/// <summary>What an activation should look like by now. Hashes are known by their index in the drill's pool.</summary>
internal sealed class ModelActivation(Guid id, int scal, int total, long expiresAt, IReadOnlyList<int> hashes)
{
    private readonly int _total = total;
    private readonly Dictionary<int, int> _free = hashes.CountBy(index => index).ToDictionary();
    private long _reserved;
    private long _consumed;
    private long _spent;

    public Guid Id => id;

    public int Scal => scal;

    public int Remaining { get; private set; } = total;

    public bool IsVoid { get; private set; }

    /// <summary>SCAL2: the hashes that may still be signed, as often as they may.</summary>
    public IEnumerable<int> Free => _free.SelectMany(pair => Enumerable.Repeat(pair.Key, pair.Value));

    /// <summary>SCAL1 authorises any hash, so its free room counts; SCAL2 only the hashes that were given.</summary>
    public ActivationTally Tally => new(
        scal == 1 ? _total - _reserved - _consumed - _spent : _free.Values.Sum(), _reserved, _consumed, _spent);

    /// <summary>What holds for a reservation and for an extension alike.</summary>
    public ReservationStatus Check(long now, bool credentialEnabled) => (IsVoid, now >= expiresAt) switch
    {
        (true, _) => ReservationStatus.UnknownActivation,
        (_, true) => ReservationStatus.ActivationExpired,
        _ when !credentialEnabled => ReservationStatus.CredentialDisabled,
        _ => Remaining > 0 ? ReservationStatus.Ok : ReservationStatus.UsedUp,
    };

    /// <summary>Takes an occurrence for each of these hashes, all or none.</summary>
    public ReservationStatus Take(IReadOnlyList<int> wanted)
    {
        if (wanted.Count > Remaining)
        {
            return ReservationStatus.Exhausted;
        }

        if (scal == 2 && wanted.CountBy(index => index).Any(pair => _free.GetValueOrDefault(pair.Key) < pair.Value))
        {
            return ReservationStatus.HashNotAuthorized;
        }

        Move(wanted, -1);
        return ReservationStatus.Ok;
    }

    public void Settle(IReadOnlyList<int> taken, ReservationOutcome outcome)
    {
        switch (outcome)
        {
            case ReservationOutcome.Released:
                Move(taken, +1);
                break;
            case ReservationOutcome.Consumed:
                (_reserved, _consumed) = (_reserved - taken.Count, _consumed + taken.Count);
                break;
            default:
                (_reserved, _spent) = (_reserved - taken.Count, _spent + taken.Count);
                break;
        }
    }

    public void Close() => (IsVoid, Remaining) = (true, 0);

    private void Move(IReadOnlyList<int> indices, int sign)
    {
        Remaining += sign * indices.Count;
        _reserved -= sign * indices.Count;
        foreach (var index in scal == 2 ? indices : [])
        {
            _free[index] += sign;
        }
    }
}
