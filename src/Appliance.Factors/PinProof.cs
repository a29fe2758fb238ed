using System.Security.Cryptography;

namespace Appliance.Factors;

/// <summary>
/// A PIN that somebody typed, as a digest that <see cref="PinFactors.Try"/> compares. Dispose it: then it is zeroed.
/// </summary>
public sealed class PinProof : IDisposable
{
    private readonly byte[] _digest;

    internal PinProof(byte[]? against, byte[] digest)
    {
        Against = against;
        _digest = digest;
    }

    /// <summary>The sealed PIN whose salt and count were used; null when there was none.</summary>
    internal byte[]? Against { get; }

    internal ReadOnlySpan<byte> Digest => _digest;

    /// <summary>Zeroes the digest.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_digest);
}
