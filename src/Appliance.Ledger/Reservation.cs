using System.Security.Cryptography;
using Appliance.Ledger.Macs;
using Appliance.Ledger.Outcomes;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// One signHash in the ledger: all its hashes are reserved or none is, together with the audit record that says so.
/// Durable when <c>completed</c> is called. One object serves one request at a time and may be used again after it was
/// refused or settled.
/// </summary>
public sealed class Reservation : LedgerWork
{
    private readonly Activations _activations;
    private readonly Action<Reservation> _completed;
    private readonly Settlement _settlement;
    private ReservationRequest _request;
    private byte[] _digest = [];
    private int[] _ordinals = new int[1];
    private int[]? _before;
    private ReservationStatus _decided;
    private OutcomeRow? _recorded;

    /// <summary>Makes one.</summary>
    /// <param name="activations">The ledger's activations.</param>
    /// <param name="completed">
    /// Called once per request, on the commit loop's thread, when <see cref="Status"/> stands: it must not block.
    /// </param>
    /// <param name="settled">Called on the commit loop's thread when the outcome is stored, or can never be.</param>
    public Reservation(Activations activations, Action<Reservation> completed, Action<Reservation>? settled = null)
    {
        ArgumentNullException.ThrowIfNull(activations);
        ArgumentNullException.ThrowIfNull(completed);
        _activations = activations;
        _completed = completed;
        _settlement = new Settlement(this, settled);
    }

    /// <summary>The caller's own.</summary>
    public object? State { get; set; }

    /// <summary>What the ledger decided; stands when <c>completed</c> is called.</summary>
    public ReservationStatus Status { get; private set; }

    /// <summary>Why the store failed; null unless <see cref="ReservationStatus.StoreFailed"/>.</summary>
    public Exception? Error { get; private set; }

    /// <summary>What was asked.</summary>
    public ref readonly ReservationRequest Request => ref _request;

    /// <inheritdoc/>
    public override bool IsBulk => _request.IsBulk || _request.Hashes.Count > MostInteractiveRows;

    /// <inheritdoc/>
    public override int Rows => _request.Hashes.Count;

    /// <inheritdoc/>
    internal override Guid Activation => _request.ActivationId;

    /// <inheritdoc/>
    internal override Guid Client => _request.ClientId == Guid.Empty ? _request.SignerId : _request.ClientId;

    /// <inheritdoc/>
    internal override bool Grants => _decided == ReservationStatus.Ok;

    internal ReadOnlySpan<int> Ordinals => _ordinals.AsSpan(0, _request.Hashes.Count);

    internal ReadOnlyMemory<byte> Digest => _digest;

    internal RowMac Mac => _activations.Mac;

    internal PackageOptions Packages => _activations.Packages.Options;

    /// <summary>What the activation is for, as far as it was found.</summary>
    internal ActivationPurpose Purpose { get; private set; }

    internal long Sequence { get; private set; }

    /// <summary>The package from which as many transactions as hashes were taken; null for none.</summary>
    internal Guid? PackageId { get; private set; }

    /// <summary>Sets the request, on the caller's thread; then the reservation is enqueued.</summary>
    public void Prepare(in ReservationRequest request)
    {
        if (request.Hashes.Count == 0)
        {
            throw new ArgumentException("A reservation needs at least one hash.", nameof(request));
        }

        _request = request;
        _digest = DigestOf(request.Hashes);
        _before = Repeats.Of(request.Hashes);
        if (_ordinals.Length < request.Hashes.Count)
        {
            _ordinals = new int[request.Hashes.Count];
        }

        Error = null;
    }

    /// <summary>
    /// Stores how it ended, with the next commit; nobody waits for it. Called once, after <see cref="Status"/> was Ok.
    /// Never refused: when the loop has stopped, the next start settles it as spent.
    /// </summary>
    /// <param name="loop">The loop that made the reservation durable.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="detail">Fixed text or a code for the audit record, e.g. the CKR's name.</param>
    /// <param name="signatures">
    /// What was signed, in the order of the hashes: recorded when the request carries an id. Without them it is in
    /// doubt to whoever asks for it again.
    /// </param>
    public void Settle(
        CommitLoop loop,
        ReservationOutcome outcome,
        long now,
        string? detail = null,
        IReadOnlyList<byte[]>? signatures = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        _settlement.Prepare(outcome, now, detail, signatures);
        if (!loop.TryEnqueue(_settlement))
        {
            _settlement.Failed(new ObjectDisposedException(nameof(CommitLoop)));
        }
    }

    /// <summary>The recorded signatures, in the order of the hashes; after Redelivered.</summary>
    /// <exception cref="InvalidOperationException">Nothing was redelivered.</exception>
    public IReadOnlyList<byte[]> ReadRecorded() => Status == ReservationStatus.Redelivered
        ? SignatureList.Decode(_recorded!.Signatures)
        : throw new InvalidOperationException("There are no recorded signatures.");

    /// <inheritdoc/>
    public override void Announce(StoreKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        keys.AddActivation(_request.ActivationId);
        keys.AddClient(_request.ClientId);
        for (var i = 0; i < _request.Hashes.Count; i++)
        {
            if (_before is null || _before[i] < 0)
            {
                keys.AddHash(_request.ActivationId, _request.Hashes[i]);
            }
        }

        if (_request.Outcome is { } outcome)
        {
            keys.AddOutcome(outcome.Key);
        }

        if (_request.Metered)
        {
            keys.AddPackageOf(_request.CredentialId);
        }
    }

    /// <inheritdoc/>
    public override void Apply(StoreConnection store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Purpose = ActivationPurpose.Sign;
        _decided = OutcomeRules.Recall(store, Mac, _request.Outcome, out _recorded);
        if (_decided == ReservationStatus.Ok)
        {
            _decided = Decide(store);
        }

        if (_decided is not (ReservationStatus.CredentialChanged or ReservationStatus.InFlight))
        {
            Record(store);
        }
    }

    /// <inheritdoc/>
    public override void Committed()
    {
        Status = _decided;
        _completed(this);
    }

    /// <inheritdoc/>
    public override void Failed(Exception exception)
    {
        Status = exception is StoreException { IsTemporary: true }
            ? ReservationStatus.StoreUnavailable
            : ReservationStatus.StoreFailed;
        Error = exception;
        _completed(this);
    }

    private static byte[] DigestOf(IReadOnlyList<byte[]> hashes)
    {
        if (hashes.Count == 1)
        {
            return hashes[0];
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var hash in hashes)
        {
            digest.AppendData(hash);
        }

        return digest.GetHashAndReset();
    }

    private ReservationStatus Decide(StoreConnection store)
    {
        if (!store.Activations.TryCheck(_request.ActivationId, store.States, out var found))
        {
            return ReservationStatus.UnknownActivation;
        }

        Purpose = found.Purpose;
        var status = ActivationRules.Check(
            _activations.Mac,
            _request.ActivationId,
            found,
            _request.CredentialId,
            _request.SignerId,
            _request.ClientId,
            _request.Now);
        if (status != ReservationStatus.Ok)
        {
            return status;
        }

        // Another SAD of this activation has put its end off, and voided this one.
        if (_request.SadExpiresAt != 0 && _request.SadExpiresAt != found.ExpiresAt)
        {
            return ReservationStatus.UnknownActivation;
        }

        if (found.CredentialVersion != _request.CredentialVersion)
        {
            return ReservationStatus.CredentialChanged;
        }

        if (_request.OneShot && found.Remaining < found.Total)
        {
            return ReservationStatus.AlreadyUsed;
        }

        return found.Remaining < _request.Hashes.Count ? ReservationStatus.Exhausted : Take(store, found);
    }

    /// <summary>
    /// Marks one occurrence per hash as used, and takes one transaction for each; nothing is written before all of them
    /// are found.
    /// </summary>
    private ReservationStatus Take(StoreConnection store, in ActivationCheck found)
    {
        var status = found.Scal == 1 ? ChooseAny(store.States, found.Total) : ChooseAuthorised(store, found.Sequence);
        PackageId = null;
        var package = default(PackageRow);
        if (status == ReservationStatus.Ok && IsPaidFor(found.Purpose))
        {
            status = _activations.Packages.Check(
                store, _request.CredentialId, _request.Hashes.Count, _request.Now, out package);
            PackageId = package.Id;
        }

        if (status != ReservationStatus.Ok)
        {
            return status;
        }

        if (PackageId is not null)
        {
            _activations.Packages.Draw(store, package, _request.Hashes.Count, _request.SignerId, _request.Now);
        }

        if (found.Scal == 1)
        {
            AddRows(store, found.Sequence);
        }

        var remaining = found.Remaining - _request.Hashes.Count;
        store.Activations.Update(found.Sequence, remaining, store.States);
        Sequence = store.Reservations.Insert(
            _activations.Incarnation,
            _request.RequestId,
            _request.ActivationId,
            Ordinals,
            _request.Outcome?.Key,
            PackageId);
        OutcomeRules.Begin(store, _request);
        return ReservationStatus.Ok;
    }

    private bool IsPaidFor(ActivationPurpose purpose)
        => _request.Metered && !_activations.Packages.IsFree(purpose);

    /// <summary>SCAL2: each hash takes one authorised occurrence of its own.</summary>
    private ReservationStatus ChooseAuthorised(StoreConnection store, long sequence)
    {
        var states = store.States;
        for (var i = 0; i < _request.Hashes.Count; i++)
        {
            var hash = _request.Hashes[i];
            var from = _before is null || _before[i] < 0 ? 0 : _ordinals[_before[i]] + 1;
            if (!store.ActivationHashes.TryFind(sequence, hash, from, states, out var ordinal, out var mac))
            {
                return ReservationStatus.HashNotAuthorized;
            }

            if (!ActivationRules.SameMac(mac, _activations.Mac.OfHash(_request.ActivationId, ordinal, hash)) ||
                ordinal < 0)
            {
                return ReservationStatus.Tampered;
            }

            states[ordinal] = OccurrenceState.Used;
            _ordinals[i] = ordinal;
        }

        return ReservationStatus.Ok;
    }

    /// <summary>SCAL1: each hash takes the next free place.</summary>
    private ReservationStatus ChooseAny(OccurrenceStates states, int total)
    {
        var ordinal = -1;
        for (var i = 0; i < _request.Hashes.Count; i++)
        {
            ordinal = states.UseFirst(ordinal + 1);
            if (ordinal < 0 || (ordinal >= total && !states.IsSegmented))
            {
                return ReservationStatus.Exhausted;
            }

            _ordinals[i] = ordinal;
        }

        return ReservationStatus.Ok;
    }

    private void AddRows(StoreConnection store, long sequence)
    {
        for (var i = 0; i < _request.Hashes.Count; i++)
        {
            var hash = _request.Hashes[i];
            var mac = _activations.Mac.OfHash(_request.ActivationId, _ordinals[i], hash);
            store.ActivationHashes.Insert(sequence, _ordinals[i], hash, mac);
        }
    }

    private void Record(StoreConnection store)
    {
        var accepted = _decided is ReservationStatus.Ok or ReservationStatus.Redelivered;
        AuditTrail.Append(store, new AuditRecord
        {
            At = _request.Now,
            Event = _decided switch
            {
                ReservationStatus.Ok => AuditEvent.SignHashIntent,
                ReservationStatus.Redelivered => AuditEvent.SignHashRedelivered,
                _ => AuditEvent.SignHashRefused,
            },
            Outcome = accepted ? AuditOutcome.Ok : AuditOutcome.Refused,
            SignerId = _request.SignerId,
            CredentialId = _request.CredentialId,
            ActivationId = _request.ActivationId,
            ClientId = _request.ClientId,
            // Of a request that is known, the one under which it was signed: that ties the records together.
            RequestId = _recorded?.RequestId ?? _request.RequestId,
            Count = _request.Hashes.Count,
            Digest = _digest,
            Detail = accepted ? ActivationRules.DetailOf(Purpose) : ReservationStatuses.NameOf(_decided),
        });
    }
}
