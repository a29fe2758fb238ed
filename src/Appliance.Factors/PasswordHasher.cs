using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Factors;

/// <summary>
/// PBKDF2-HMAC-SHA-512 (RFC 8018 section 5.2) with a salt and an iteration count of each password's own. One
/// computation takes some 80 ms of CPU on purpose: callers that face the network go through <see cref="PasswordLane"/>.
/// </summary>
/// <remarks>
/// A stored password is 85 bytes: version (1), iterations (4, big-endian), salt (16), hash (64). What the policy takes
/// and what fits are two things: here any text up to 1,024 characters is hashed, as its UTF-8 bytes.
/// </remarks>
public sealed class PasswordHasher
{
    /// <summary>
    /// The default count and the lowest that may be set: OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA512.
    /// </summary>
    public const int RecommendedIterations = 210_000;

    /// <summary>The highest count: a stored one above is not computed, for it would stall the lane.</summary>
    public const int MaximumIterations = 10_000_000;

    internal const int DigestLength = SHA512.HashSizeInBytes;

    private const byte Version = 1;
    private const int SaltOffset = 5;
    private const int SaltLength = 16;
    private const int HashOffset = SaltOffset + SaltLength;
    private const int HashLength = DigestLength;
    private const int StoredLength = HashOffset + HashLength;
    private const int MaximumText = 1024;

    private readonly int _iterations;
    private readonly byte[] _nobody;
    private long _computations;

    /// <summary>Makes a hasher.</summary>
    /// <param name="iterations">The count for new hashes, 210,000 to 10,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is outside its range.</exception>
    public PasswordHasher(int iterations = RecommendedIterations)
        : this(iterations, RecommendedIterations)
    {
    }

    /// <summary>For tests, which may go below the recommendation.</summary>
    internal PasswordHasher(int iterations, int lowest)
    {
        if (iterations < lowest || iterations > MaximumIterations)
        {
            throw new ArgumentOutOfRangeException(
                nameof(iterations),
                iterations,
                string.Create(CultureInfo.InvariantCulture, $"Set {lowest:N0} to {MaximumIterations:N0} iterations."));
        }

        _iterations = iterations;
        _nobody = NewStored();
        RandomNumberGenerator.Fill(_nobody.AsSpan(HashOffset));
    }

    /// <summary>PBKDF2 computations so far; an unknown user costs one, as a wrong password does.</summary>
    public long Computations => Interlocked.Read(ref _computations);

    /// <summary>Hashes a password under a fresh salt. Check it by <see cref="PasswordPolicy"/> first.</summary>
    /// <exception cref="ArgumentException">The password has more than 1,024 characters.</exception>
    public byte[] Hash(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (password.Length > MaximumText)
        {
            throw new ArgumentException("The password is too long to be hashed.", nameof(password));
        }

        var stored = NewStored();
        Derive(password, stored, stored.AsSpan(HashOffset));
        return stored;
    }

    /// <summary>
    /// Whether the password is the stored one. Always computes one hash and compares in fixed time: with nothing
    /// stored, or something that is not a hash of ours, it computes against a dummy and says no, so that an unknown
    /// user takes as long as a wrong password.
    /// </summary>
    /// <param name="password">What the caller typed.</param>
    /// <param name="stored">What <see cref="Hash"/> gave; null when there is no such user or no password yet.</param>
    public bool Verify(string password, byte[]? stored)
    {
        ArgumentNullException.ThrowIfNull(password);
        Span<byte> hash = stackalloc byte[HashLength];
        var known = Compute(password, stored, hash);
        var same = CryptographicOperations.FixedTimeEquals(hash, (known ? stored! : _nobody).AsSpan(HashOffset));
        CryptographicOperations.ZeroMemory(hash);
        return same & known;
    }

    /// <summary>Whether a right password should be hashed anew: its count is not the present one.</summary>
    public bool NeedsRehash(byte[] stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return !IsReadable(stored) || Iterations(stored) != _iterations;
    }

    /// <summary>
    /// Computes with the salt and the count of what is stored, with a dummy's when that is nothing of ours: then, and
    /// for text that no password can be, false, and the digest is of no use.
    /// </summary>
    internal bool Compute(string password, byte[]? stored, Span<byte> digest)
    {
        var known = IsReadable(stored);
        var fits = password.Length <= MaximumText;
        Derive(fits ? password : "", known ? stored! : _nobody, digest);
        if (!(known & fits))
        {
            RandomNumberGenerator.Fill(digest);
        }

        return known & fits;
    }

    /// <summary>Whether a digest is that of what is stored, in fixed time.</summary>
    internal static bool IsDigestOf(byte[] stored, ReadOnlySpan<byte> digest)
        => IsReadable(stored) && CryptographicOperations.FixedTimeEquals(digest, stored.AsSpan(HashOffset));

    private static bool IsReadable([NotNullWhen(true)] byte[]? stored)
        => stored is { Length: StoredLength } && stored[0] == Version
            && Iterations(stored) is >= 1 and <= MaximumIterations;

    private static int Iterations(ReadOnlySpan<byte> stored) => BinaryPrimitives.ReadInt32BigEndian(stored[1..]);

    private byte[] NewStored()
    {
        var stored = new byte[StoredLength];
        stored[0] = Version;
        BinaryPrimitives.WriteInt32BigEndian(stored.AsSpan(1), _iterations);
        RandomNumberGenerator.Fill(stored.AsSpan(SaltOffset, SaltLength));
        return stored;
    }

    private void Derive(string password, ReadOnlySpan<byte> parameters, Span<byte> hash)
    {
        Interlocked.Increment(ref _computations);
        Span<byte> text = stackalloc byte[3 * MaximumText];
        text = text[..Encoding.UTF8.GetBytes(password, text)];
        Rfc2898DeriveBytes.Pbkdf2(
            text, parameters.Slice(SaltOffset, SaltLength), hash, Iterations(parameters), HashAlgorithmName.SHA512);
        CryptographicOperations.ZeroMemory(text);
    }
}
