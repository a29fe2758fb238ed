namespace Appliance.Pkcs11;

/// <summary>
/// A private key outside of the token: PKCS#8 under an AES key of the token (RFC 5649). Any token that holds that AES
/// key makes a session object of it; the plain key is never outside of a token. Immutable.
/// </summary>
public sealed class WrappedKey : IEquatable<WrappedKey>
{
    /// <summary>Longest wrapped key in bytes: RSA-8192 takes some 4,800.</summary>
    public const int MaxLength = 8192;

    /// <summary>Shortest: two blocks of RFC 5649.</summary>
    private const int MinLength = 16;

    private readonly byte[] _blob;

    /// <summary>Names a wrapped key.</summary>
    /// <param name="wrappingKey">The AES key, by CKA_ID and CKA_LABEL; the same on every slot of a group.</param>
    /// <param name="blob">16 to 8192 bytes, a multiple of 8.</param>
    /// <exception cref="ArgumentException">Not a blob of RFC 5649, or not a secret key's name.</exception>
    public WrappedKey(KeyReference wrappingKey, ReadOnlySpan<byte> blob)
    {
        ArgumentNullException.ThrowIfNull(wrappingKey);
        if (!wrappingKey.SubjectPublicKeyInfo.IsEmpty)
        {
            throw new ArgumentException("Private keys are wrapped by a secret key.", nameof(wrappingKey));
        }

        if (blob.Length is < MinLength or > MaxLength || blob.Length % 8 != 0)
        {
            throw new ArgumentException(
                $"A wrapped key has {MinLength} to {MaxLength} bytes, a multiple of 8.", nameof(blob));
        }

        WrappingKey = wrappingKey;
        _blob = blob.ToArray();
    }

    /// <summary>The AES key that it is under.</summary>
    public KeyReference WrappingKey { get; }

    /// <summary>The wrapped key.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <inheritdoc/>
    public bool Equals(WrappedKey? other)
        => other is not null
            && (ReferenceEquals(this, other)
                || (_blob.AsSpan().SequenceEqual(other._blob) && WrappingKey.Equals(other.WrappingKey)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WrappedKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }
}
