using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Signing.Keys;

/// <summary>
/// The one root key of an installation (architecture, decision 10): 32 random bytes, wrapped once per token by a key
/// that never leaves the token, kept in the store; unwrapped at start into locked memory. The keys for SADs, activation
/// rows, credential links and TOTP secrets are derived from it by HKDF-SHA-256 (RFC 5869), one per purpose.
/// </summary>
public sealed class RootKey : IDisposable
{
    /// <summary>Bytes of the root key and of every derived key.</summary>
    public const int Length = 32;

    private static ReadOnlySpan<byte> InfoPrefix => "appliance root key v1 "u8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LockedMemory> _derived = new(StringComparer.Ordinal);
    private readonly LockedMemory _key;

    private RootKey(LockedMemory key) => _key = key;

    /// <summary>False when the system refused to lock the pages (RLIMIT_MEMLOCK).</summary>
    public bool IsLocked => _key.IsLocked;

    /// <summary>
    /// Makes a root key and its wrapped copy for this token; a new wrapping key stays in the token. Insert the row, or
    /// call <see cref="Discard"/>.
    /// </summary>
    /// <exception cref="RootKeyException">The token can wrap nothing.</exception>
    public static RootKeyRow Create(Token token, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(time);
        using var key = LockedMemory.Allocate(Length);
        RandomNumberGenerator.Fill(key.GetSpan());
        return RootKeyWrapping.Wrap(token, key.GetSpan(), time);
    }

    /// <summary>
    /// Makes a copy of this root key for a further token; a new wrapping key stays in the token. Insert the row, or
    /// call <see cref="Discard"/>.
    /// </summary>
    /// <exception cref="RootKeyException">The token can wrap nothing.</exception>
    public RootKeyRow WrapFor(Token token, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(time);
        return RootKeyWrapping.Wrap(token, _key.GetSpan(), time);
    }

    /// <summary>Destroys the wrapping key of a row that did not get into the store.</summary>
    public static void Discard(Token token, RootKeyRow row) => RootKeyWrapping.Destroy(token, row);

    /// <summary>Unwraps the installation's root key by this token.</summary>
    /// <param name="token">Logged in.</param>
    /// <param name="rows">All copies in the store.</param>
    /// <exception cref="RootKeyException">There is no copy for this token, or it does not unwrap.</exception>
    public static RootKey Unwrap(Token token, IReadOnlyList<RootKeyRow> rows)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0)
        {
            throw new RootKeyException("The store holds no root key; run `appliance init` first.");
        }

        RootKeyException? failure = null;
        foreach (var row in rows)
        {
            if (row.State != (int)RootKeyState.Active
                || !string.Equals(row.TokenSerial, token.Info.SerialNumber, StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                return new RootKey(RootKeyWrapping.Unwrap(token, row));
            }
            catch (RootKeyException error)
            {
                failure = error;
            }
        }

        throw failure ?? new RootKeyException(
            $"The store's root key is not wrapped for {token.Info}, but for the tokens with the serials "
            + $"{string.Join(", ", rows.Select(row => row.TokenSerial).Distinct(StringComparer.Ordinal))}; "
            + "use one of those, or this token's own store.");
    }

    /// <summary>The key of a purpose: 32 bytes in locked memory, valid until this is disposed.</summary>
    /// <param name="purpose">One of <see cref="KeyPurpose"/>.</param>
    public ReadOnlyMemory<byte> Derive(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        lock (_lock)
        {
            if (!_derived.TryGetValue(purpose, out var derived))
            {
                derived = LockedMemory.Allocate(Length);
                byte[] info = [.. InfoPrefix, .. Encoding.UTF8.GetBytes(purpose)];
                HKDF.DeriveKey(HashAlgorithmName.SHA256, _key.GetSpan(), derived.GetSpan(), [], info);
                _derived.Add(purpose, derived);
            }

            return derived.Memory;
        }
    }

    /// <summary>Zeroes the root key and everything derived from it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var derived in _derived.Values)
            {
                derived.Dispose();
            }

            _derived.Clear();
            _key.Dispose();
        }
    }
}
