using System.Security.Cryptography;
using Appliance.Ledger.Macs;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// Bulk activations: begun, filled with hashes chunk by chunk in any order, and opened by count and digest before the
/// first signature. No step holds all hashes in one row, one request or one transaction: a chunk is claimed, its rows
/// are written in pieces between which others commit, and the digest is computed over pages beside the commit loop.
/// </summary>
public sealed class StagedActivations
{
    /// <summary>Most hashes of a chunk.</summary>
    public const int MostHashesInChunk = 10_000;

    /// <summary>
    /// Most occurrences of one hash: whoever asks for it has those before it looked through, where everybody waits.
    /// </summary>
    public const int MostEqualHashes = 1_024;

    /// <summary>Rows of one piece of work.</summary>
    private const int PieceRows = 500;

    /// <summary>Pieces that one chunk has in the loop's queue.</summary>
    private const int PiecesAtOnce = 4;

    private readonly Store _store;
    private readonly CommitLoop _loop;
    private readonly Activations _activations;

    /// <summary>Composes it.</summary>
    public StagedActivations(Store store, CommitLoop loop, Activations activations)
    {
        _store = store;
        _loop = loop;
        _activations = activations;
    }

    /// <summary>Begins one, in the transaction that is open.</summary>
    /// <param name="store">The loop's connection.</param>
    /// <param name="request">What is begun.</param>
    /// <param name="mostOpen">How many the signer may have open, with this one.</param>
    public StagingStatus Begin(StoreConnection store, in StagedRequest request, int mostOpen)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Total, 1, nameof(request));
        if (store.Activations.CountStaged(request.SignerId, request.Now) >= mostOpen)
        {
            return StagingStatus.TooManyOpen;
        }

        _activations.Insert(store, new ActivationRow(
            request.ActivationId,
            request.CredentialId,
            request.SignerId,
            request.ClientId,
            ActivationState.Staged,
            2,
            request.Total,
            request.Total,
            request.ExpiresAt,
            request.Now,
            0)
        {
            Given = request.Total,
        });
        return StagingStatus.Ok;
    }

    /// <summary>Makes a chunk's MACs, on the caller's thread.</summary>
    /// <param name="owner">Who fills.</param>
    /// <param name="first">The first hash's ordinal, from 0.</param>
    /// <param name="hashes">
    /// 1 to <see cref="MostHashesInChunk"/> digests of 1 to 64 bytes, all of one length.
    /// </param>
    public StagedChunk Prepare(StagedOwner owner, int first, IReadOnlyList<byte[]> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var length = hashes.Count is >= 1 and <= MostHashesInChunk ? hashes[0].Length : 0;
        if (length is < 1 or > RowMac.MaxHashLength || hashes.Any(hash => hash.Length != length))
        {
            throw new ArgumentException(
                $"A chunk has 1 to {MostHashesInChunk} hashes of one length, 1 to 64 bytes.", nameof(hashes));
        }

        var all = new byte[hashes.Count * length];
        var macs = new UInt128[hashes.Count];
        for (var i = 0; i < macs.Length; i++)
        {
            hashes[i].CopyTo(all, i * length);
            macs[i] = _activations.Mac.OfHash(owner.ActivationId, unchecked(first + i), hashes[i]);
        }

        var mac = _activations.Mac.OfChunk(owner.ActivationId, first, length, all);
        return new StagedChunk(owner, new ActivationChunk(first, macs.Length, length, false, mac, all), hashes, macs);
    }

    /// <summary>
    /// Stores a chunk: durable and whole when this completes as Ok. The same chunk again is Ok and changes nothing, and
    /// finishes what a stop has interrupted.
    /// </summary>
    /// <exception cref="LedgerOverloadedException">The queue is full; send the chunk again.</exception>
    public async Task<StagingStatus> FillAsync(
        StagedChunk chunk, Func<long> now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        ArgumentNullException.ThrowIfNull(now);
        void Announce(StoreKeys keys) => keys.AddActivation(chunk.Owner.ActivationId);
        var (status, filled) = await _loop.WriteAsync(
            store => Claim(store, chunk, now()), rows: PieceRows, cancellationToken, Announce).ConfigureAwait(false);
        if (status != StagingStatus.Ok || filled)
        {
            return status;
        }

        var pieces = new List<Task<StagingStatus>>(PiecesAtOnce);
        for (var from = 0; from < chunk.Macs.Length;)
        {
            pieces.Clear();
            for (; pieces.Count < PiecesAtOnce && from < chunk.Macs.Length; from += PieceRows)
            {
                var start = from;
                pieces.Add(_loop.WriteAsync(
                    store => Insert(store, chunk, start, now()), PieceRows, cancellationToken, Announce).AsTask());
            }

            foreach (var done in await Task.WhenAll(pieces).ConfigureAwait(false))
            {
                status = done == StagingStatus.Ok ? status : done;
            }

            if (status != StagingStatus.Ok)
            {
                return status;
            }
        }

        return await _loop.WriteAsync(
            store => Finish(store, chunk, now()), rows: 1, cancellationToken, Announce).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether an activation is whole and its hashes are those of a digest: reads it page by page on connections for
    /// that. What it says stays so, as nothing that was filled can be changed.
    /// </summary>
    /// <param name="owner">Who closes.</param>
    /// <param name="count">How many hashes there must be.</param>
    /// <param name="digestLength">Bytes of each.</param>
    /// <param name="digest">SHA-256 over all hashes in the order of their ordinals.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="cancellationToken">Gives up between two pages.</param>
    public StagingStatus Verify(
        StagedOwner owner,
        int count,
        int digestLength,
        ReadOnlyMemory<byte> digest,
        long now,
        CancellationToken cancellationToken)
    {
        var found = _store.Read(store => store.Activations.Find(owner.ActivationId));
        var status = Check(found, owner, now);
        if (found is null || status != StagingStatus.Ok)
        {
            return status;
        }

        using var computed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var next = 0;
        while (next < found.Total)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var from = next;
            var chunk = default(ActivationChunk);
            if (!_store.Read(store => store.ActivationChunks.TryFindFrom(found.Sequence, from, out chunk))
                || chunk.First != next || !chunk.IsFilled)
            {
                return StagingStatus.Incomplete;
            }

            if (!IsOurs(owner.ActivationId, chunk))
            {
                return StagingStatus.Tampered;
            }

            if (chunk.DigestLength != digestLength)
            {
                return StagingStatus.DigestLength;
            }

            computed.AppendData(chunk.Hashes);
            next += chunk.Count;
        }

        if (count != found.Total)
        {
            return StagingStatus.Incomplete;
        }

        if (!CryptographicOperations.FixedTimeEquals(computed.GetHashAndReset(), digest.Span))
        {
            return StagingStatus.DigestMismatch;
        }

        return _store.Read(store => store.ActivationHashes.AnyOccursMoreThan(found.Sequence, MostEqualHashes))
            ? StagingStatus.TooManyEqual
            : StagingStatus.Ok;
    }

    /// <summary>
    /// Opens a verified activation, in the transaction that is open. Its audit record is the caller's.
    /// </summary>
    /// <param name="store">The loop's connection.</param>
    /// <param name="owner">Who closes.</param>
    /// <param name="expiresAt">The end of its SAD, Unix milliseconds.</param>
    /// <param name="now">Unix milliseconds: the authorisation.</param>
    public StagingStatus Open(StoreConnection store, StagedOwner owner, long expiresAt, long now)
    {
        ArgumentNullException.ThrowIfNull(store);
        var status = Check(store, owner, now, out var found);
        if (status == StagingStatus.Ok)
        {
            var facts = ActivationFacts.Of(owner.ActivationId, found) with
            {
                IsStaged = false,
                AuthorisedAt = now,
                ExpiresAt = expiresAt,
            };
            store.Activations.Open(found.Sequence, expiresAt, now, _activations.Mac.OfActivation(facts));
        }

        return status;
    }

    /// <summary>Whether an activation is being filled, as the open transaction sees it.</summary>
    public StagingStatus Find(StoreConnection store, StagedOwner owner, long now)
        => Check(store, owner, now, out _);

    /// <summary>The credential of an activation that is being filled.</summary>
    public StagingStatus Find(StagedOwner owner, long now, out Guid credentialId)
    {
        var found = _store.Read(store => store.Activations.Find(owner.ActivationId));
        credentialId = found?.CredentialId ?? Guid.Empty;
        return Check(found, owner, now);
    }

    private StagingStatus Check(StoreConnection store, StagedOwner owner, long now, out ActivationCheck found)
        => store.Activations.TryCheck(owner.ActivationId, store.States, out found)
            ? Check(ActivationFacts.Of(owner.ActivationId, found), found.Mac, found.State, owner, now)
            : StagingStatus.Unknown;

    private StagingStatus Check(ActivationRow? found, StagedOwner owner, long now) => found is null
        ? StagingStatus.Unknown
        : Check(ActivationFacts.Of(found), found.Mac, found.State, owner, now);

    private StagingStatus Check(
        in ActivationFacts facts, UInt128 mac, ActivationState state, StagedOwner owner, long now)
    {
        if (!ActivationRules.SameMac(_activations.Mac.OfActivation(facts), mac))
        {
            return StagingStatus.Tampered;
        }

        if (state != ActivationState.Staged || !owner.Owns(facts.SignerId, facts.ClientId))
        {
            return StagingStatus.Unknown;
        }

        return now < facts.ExpiresAt ? StagingStatus.Ok : StagingStatus.Expired;
    }

    private bool IsOurs(Guid activationId, in ActivationChunk chunk)
        => ActivationRules.SameMac(
            chunk.Mac, _activations.Mac.OfChunk(activationId, chunk.First, chunk.DigestLength, chunk.Hashes))
            && chunk.Hashes.Length == (long)chunk.Count * chunk.DigestLength;

    /// <summary>
    /// The content before any row: from now on these ordinals have these hashes, whatever becomes of the process.
    /// </summary>
    private (StagingStatus Status, bool Filled) Claim(StoreConnection store, StagedChunk staged, long now)
    {
        var chunk = staged.Chunk;
        var status = Check(store, staged.Owner, now, out var found);
        if (status == StagingStatus.Ok && chunk.First > found.Total - chunk.Count)
        {
            status = StagingStatus.OutOfRange;
        }

        if (status != StagingStatus.Ok)
        {
            return (status, false);
        }

        // No two of those that are there overlap, so the last one before our end is the only one that can overlap ours.
        if (store.ActivationChunks.TryFindBefore(found.Sequence, chunk.First + chunk.Count, out var other)
            && other.First + other.Count > chunk.First)
        {
            return other.First == chunk.First && other.DigestLength == chunk.DigestLength
                && other.Hashes.AsSpan().SequenceEqual(chunk.Hashes) && IsOurs(staged.Owner.ActivationId, other)
                ? (StagingStatus.Ok, other.IsFilled)
                : (StagingStatus.Conflict, false);
        }

        store.ActivationChunks.Insert(found.Sequence, chunk);
        return (StagingStatus.Ok, false);
    }

    private StagingStatus Insert(StoreConnection store, StagedChunk staged, int from, long now)
    {
        var status = Check(store, staged.Owner, now, out var found);
        var end = Math.Min(from + PieceRows, staged.Macs.Length);
        for (var i = from; status == StagingStatus.Ok && i < end; i++)
        {
            store.ActivationHashes.InsertMissing(
                found.Sequence, staged.Chunk.First + i, staged.Hashes[i], staged.Macs[i]);
        }

        return status;
    }

    private StagingStatus Finish(StoreConnection store, StagedChunk staged, long now)
    {
        var status = Check(store, staged.Owner, now, out var found);
        if (status == StagingStatus.Ok)
        {
            store.ActivationChunks.SetFilled(found.Sequence, staged.Chunk.First);
        }

        return status;
    }
}
