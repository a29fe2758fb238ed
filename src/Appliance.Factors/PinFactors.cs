using System.Security.Cryptography;
using Appliance.Factors.Codes;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// The PIN of a signer: set, tried, locked. The store has its PBKDF2 digest encrypted, for so few digits are guessed
/// from a digest alone, and a MAC over the row.
/// </summary>
/// <remarks>
/// The computation runs in the password lane, before the transaction; the transaction counts and compares, and is
/// committed whatever it finds (see <see cref="OneTimeCodes"/>).
/// </remarks>
public sealed class PinFactors
{
    private readonly ReadOnlyMemory<byte> _key;
    private readonly PasswordLane _lane;
    private readonly CodeOptions _options;
    private readonly TimeProvider _time;
    private long _comparisons;

    /// <summary>Makes the rules of PINs.</summary>
    /// <param name="key">32 bytes derived for codes; must outlive this.</param>
    /// <param name="lane">Where PBKDF2 is computed.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock.</param>
    public PinFactors(ReadOnlyMemory<byte> key, PasswordLane lane, CodeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(lane);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _key = key;
        _lane = lane;
        _options = options;
        _time = time;
    }

    /// <summary>PINs that were compared with a right one so far, by this process.</summary>
    public long Comparisons => Interlocked.Read(ref _comparisons);

    /// <summary>Why a new PIN is refused; empty when it may be used.</summary>
    public IReadOnlyList<string> Check(string pin) => PinPolicy.Check(pin, _options.PinDigits);

    /// <summary>Computes the digest of a new PIN, in turn; null when the lane is full.</summary>
    /// <param name="signerId">Whose PIN it becomes.</param>
    /// <param name="pin">By <see cref="Check"/>.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <returns>What <see cref="Set"/> takes: encrypted.</returns>
    public async Task<byte[]?> SealAsync(Guid signerId, string pin, CancellationToken cancellationToken)
    {
        var hash = await _lane.HashAsync(pin, cancellationToken).ConfigureAwait(false);
        if (hash is null)
        {
            return null;
        }

        var stored = FieldSeal.Seal(_key, RowHashKind.PinKey, hash, Binding(signerId));
        CryptographicOperations.ZeroMemory(hash);
        return stored;
    }

    /// <summary>Sets a signer's PIN, in the transaction that is open; a locked one is unlocked by this.</summary>
    /// <param name="connection">The writer, inside a transaction.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="pin">What <see cref="SealAsync"/> gave.</param>
    public void Set(StoreConnection connection, Guid signerId, byte[] pin)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.LockSigner(signerId);
        Write(connection, new PinRow(
            signerId, FactorState.Active, 0, _time.GetUtcNow().ToUnixTimeMilliseconds(), pin, []));
    }

    /// <summary>
    /// Computes the digest of a PIN that somebody typed, in turn, as long for a signer without a PIN; null when the
    /// lane is full.
    /// </summary>
    /// <param name="store">Where the salt and the count are.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="pin">As typed.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    public async Task<PinProof?> ComputeAsync(
        Store store, Guid signerId, string pin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(pin);
        var row = store.Read(signerId, static (connection, id) => connection.Pins.Find(id));
        var stored = row is null ? null : Open(row);
        var digest = new byte[PasswordHasher.DigestLength];
        var known = await _lane.RunAsync(() => _lane.Hasher.Compute(pin, stored, digest), cancellationToken)
            .ConfigureAwait(false);
        CryptographicOperations.ZeroMemory(stored);
        return known is null ? null : new PinProof(row?.Sealed, digest);
    }

    /// <summary>Tries a PIN. So many wrong ones in a row lock it.</summary>
    /// <param name="connection">The writer, inside a transaction that is committed whatever this answers.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="proof">What <see cref="ComputeAsync"/> gave; null is <see cref="PinStatus.Missing"/>.</param>
    public PinStatus Try(StoreConnection connection, Guid signerId, PinProof? proof)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (proof is null)
        {
            return PinStatus.Missing;
        }

        connection.LockSigner(signerId);
        var row = connection.Pins.Find(signerId);
        if (row is null)
        {
            return PinStatus.NotSet;
        }

        var stored = IsOurs(row) ? Open(row) : null;
        if (stored is null)
        {
            return PinStatus.Tampered;
        }

        var status = Compare(row, stored, proof);
        CryptographicOperations.ZeroMemory(stored);
        var wrong = status == PinStatus.Wrong ? row.Wrong + 1 : 0;
        if (status is not (PinStatus.Accepted or PinStatus.Wrong))
        {
            return status;
        }

        var locks = wrong >= _options.PinTries;
        if (locks || wrong != row.Wrong)
        {
            Write(connection, row with { Wrong = wrong, State = locks ? FactorState.Locked : row.State });
        }

        return locks ? PinStatus.JustLocked : status;
    }

    /// <summary>The signer's PIN: Active, Locked, or Void for none.</summary>
    public static FactorState StateOf(StoreConnection connection, Guid signerId)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.Pins.Find(signerId)?.State ?? FactorState.Void;
    }

    private static byte[] Binding(Guid signerId) => signerId.ToByteArray(bigEndian: true);

    private PinStatus Compare(PinRow row, byte[] stored, PinProof proof)
    {
        if (row.State == FactorState.Locked)
        {
            return PinStatus.Locked;
        }

        if (proof.Against is null || !proof.Against.AsSpan().SequenceEqual(row.Sealed))
        {
            return PinStatus.Changed;
        }

        Interlocked.Increment(ref _comparisons);
        return PasswordHasher.IsDigestOf(stored, proof.Digest) ? PinStatus.Accepted : PinStatus.Wrong;
    }

    private byte[]? Open(PinRow row)
        => FieldSeal.Open(_key, RowHashKind.PinKey, row.Sealed, Binding(row.SignerId));

    private void Write(StoreConnection connection, PinRow row)
    {
        using var hash = Hash(row);
        connection.Pins.Upsert(row with { Mac = hash.Value() });
    }

    private bool IsOurs(PinRow row)
    {
        using var hash = Hash(row);
        return hash.Is(row.Mac);
    }

    private RowHash Hash(PinRow row) => new RowHash(_key, RowHashKind.PinRow)
        .Add(row.SignerId).Add((int)row.State).Add(row.Wrong).Add(row.ChangedAt).Add(row.Sealed);
}
