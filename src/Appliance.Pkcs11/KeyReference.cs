using Appliance.Pkcs11.Keys;

namespace Appliance.Pkcs11;

/// <summary>
/// Names a key in a token by CKA_ID and CKA_LABEL, and says by its public key which key it must be: the handle found
/// is proven against <see cref="SubjectPublicKeyInfo"/>. Immutable and comparable; make one per credential and keep it.
/// </summary>
public sealed class KeyReference : IEquatable<KeyReference>
{
    /// <summary>Longest CKA_ID in bytes.</summary>
    public const int MaxIdLength = 64;

    /// <summary>Longest CKA_LABEL in UTF-16 code units.</summary>
    public const int MaxLabelLength = 128;

    private readonly byte[] _id;
    private readonly byte[] _subjectPublicKeyInfo;
    private readonly PublicKeyShape _shape;
    private readonly int _hashCode;

    /// <summary>Names a key pair.</summary>
    /// <param name="id">CKA_ID, 1 to 64 bytes.</param>
    /// <param name="label">CKA_LABEL, at most 128 characters.</param>
    /// <param name="subjectPublicKeyInfo">
    /// DER SubjectPublicKeyInfo of an RSA (2048 to 8192 bits) or P-256/P-384/P-521 key.
    /// </param>
    /// <exception cref="ArgumentException">A limit is broken or the public key is not one of these.</exception>
    public KeyReference(ReadOnlySpan<byte> id, string label, ReadOnlySpan<byte> subjectPublicKeyInfo)
        : this(id, label)
    {
        _subjectPublicKeyInfo = subjectPublicKeyInfo.ToArray();
        _shape = PublicKeyShape.Read(_subjectPublicKeyInfo);
    }

    /// <summary>Names a key pair whose private key is not in the token, but comes wrapped.</summary>
    /// <param name="id">CKA_ID of what it becomes in the token, 1 to 64 bytes.</param>
    /// <param name="label">CKA_LABEL of the same, at most 128 characters.</param>
    /// <param name="subjectPublicKeyInfo">As for a key of the token.</param>
    /// <param name="wrapped">The private key.</param>
    /// <exception cref="ArgumentException">A limit is broken or the public key is not one of these.</exception>
    public KeyReference(
        ReadOnlySpan<byte> id, string label, ReadOnlySpan<byte> subjectPublicKeyInfo, WrappedKey wrapped)
        : this(id, label, subjectPublicKeyInfo)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        Wrapped = wrapped;
    }

    /// <summary>Names a secret key, which has no public key to prove it by.</summary>
    /// <param name="id">CKA_ID, 1 to 64 bytes.</param>
    /// <param name="label">CKA_LABEL, at most 128 characters.</param>
    /// <exception cref="ArgumentException">A limit is broken.</exception>
    public KeyReference(ReadOnlySpan<byte> id, string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        CheckName(id, label);
        _id = id.ToArray();
        _subjectPublicKeyInfo = [];
        Label = label;

        var hash = new HashCode();
        hash.AddBytes(id);
        hash.Add(label, StringComparer.Ordinal);
        _hashCode = hash.ToHashCode();
    }

    /// <summary>CKA_ID.</summary>
    public ReadOnlyMemory<byte> Id => _id;

    /// <summary>CKA_LABEL.</summary>
    public string Label { get; }

    /// <summary>DER SubjectPublicKeyInfo; empty for a secret key.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _subjectPublicKeyInfo;

    /// <summary>The private key, where the token does not keep it; else null.</summary>
    public WrappedKey? Wrapped { get; }

    /// <summary>True for an RSA key pair.</summary>
    public bool IsRsa => _shape.Kind == PublicKeyKind.Rsa;

    /// <summary>True for an elliptic-curve key pair.</summary>
    public bool IsEc => _shape.Kind == PublicKeyKind.Ec;

    /// <summary>Bits of the RSA modulus or of the curve (256, 384, 521); 0 for a secret key.</summary>
    public int KeySizeBits => _shape.Bits;

    internal PublicKeyShape Shape => _shape;

    /// <inheritdoc/>
    public bool Equals(KeyReference? other)
        => other is not null
            && (ReferenceEquals(this, other)
                || (_hashCode == other._hashCode
                    && _id.AsSpan().SequenceEqual(other._id)
                    && string.Equals(Label, other.Label, StringComparison.Ordinal)
                    && _subjectPublicKeyInfo.AsSpan().SequenceEqual(other._subjectPublicKeyInfo)
                    && Equals(Wrapped, other.Wrapped)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KeyReference);

    /// <inheritdoc/>
    public override int GetHashCode() => _hashCode;

    /// <summary>For error texts.</summary>
    public override string ToString() => $"key \"{Label}\" (id {Convert.ToHexStringLower(_id)})";

    internal static void CheckName(ReadOnlySpan<byte> id, string label)
    {
        if (id.IsEmpty || id.Length > MaxIdLength)
        {
            throw new ArgumentException($"A key id has 1 to {MaxIdLength} bytes.", nameof(id));
        }

        if (label.Length > MaxLabelLength)
        {
            throw new ArgumentException($"A key label has at most {MaxLabelLength} characters.", nameof(label));
        }
    }
}
