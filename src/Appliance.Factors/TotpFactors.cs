using System.Security.Cryptography;
using System.Text;
using Appliance.Factors.Secrets;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// The TOTP factor of a signer: paired, tried, locked. One mechanism serves sign-in and signing
/// (service-behaviours C6), so a code used for one is used for the other.
/// </summary>
/// <remarks>
/// Each operation is a decision over one transaction: it reads and writes rows of the connection and nothing else, so
/// the commit loop may run it again after a rollback. The caller commits before it acts on the answer, on a refusal
/// too, for wrong tries are counted in the row. That a try is counted before it is compared, and compared no more often
/// than it is counted, follows as for <see cref="OneTimeCodes"/>.
/// </remarks>
public sealed class TotpFactors
{
    /// <summary>
    /// Wrong codes in a row that lock a factor. Source: certSIGN's authorisation code, "five wrong codes in a row:
    /// pairing blocked" (service-behaviours C8); RFC 4226 section 7.3 asks for such a limit.
    /// </summary>
    public const int WrongCodeLimit = 5;

    private readonly ReadOnlyMemory<byte> _key;
    private readonly TotpOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<StoreConnection, Guid>? _locked;
    private long _comparisons;

    /// <summary>Makes the factors' rules.</summary>
    /// <param name="key">
    /// The derived 32-byte key for TOTP secrets (decision 10). Read at each use, so its owner may keep it in locked
    /// memory; it must stay as it is while this object is used.
    /// </param>
    /// <param name="options">How new factors are made and codes judged.</param>
    /// <param name="time">The clock.</param>
    /// <param name="locked">
    /// Told of each signer whose factor wrong codes lock, in the transaction that locks it: see
    /// <see cref="LockNotice"/>. Null for nobody.
    /// </param>
    /// <exception cref="ArgumentException">The key's length or an option is wrong; the message says which.</exception>
    public TotpFactors(
        ReadOnlyMemory<byte> key,
        TotpOptions options,
        TimeProvider time,
        Action<StoreConnection, Guid>? locked = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (key.Length != TotpSecretSeal.KeyLength)
        {
            throw new ArgumentException("The key for TOTP secrets must have 32 bytes.", nameof(key));
        }

        if (options.Validate() is { Count: > 0 } wrong)
        {
            throw new ArgumentException(string.Join(' ', wrong), nameof(options));
        }

        _key = key;
        _options = options;
        _time = time;
        _locked = locked;
    }

    /// <summary>Codes that were compared with the right ones so far, by this process.</summary>
    public long Comparisons => Interlocked.Read(ref _comparisons);

    /// <summary>
    /// Makes a new pending factor; every earlier one of the signer, locked ones too, is void from the commit on and
    /// its secret gone. Accepted time steps go on rising: no code of a step that was used before is taken.
    /// </summary>
    /// <param name="connection">The writer, inside a transaction.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="accountName">What the signer's application shows: 1 to 254 characters, no colon.</param>
    /// <returns>The secret in clear, to be shown once. Its factor is of no use until <see cref="Activate"/>.</returns>
    /// <exception cref="ArgumentException">The account name is not usable.</exception>
    public TotpEnrolment Enrol(StoreConnection connection, Guid signerId, string accountName)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(accountName);
        if (accountName is not { Length: >= 1 and <= 254 } || accountName.Any(c => c == ':' || char.IsControl(c)))
        {
            throw new ArgumentException(
                "The account name must have 1 to 254 characters, without colon and control characters.",
                nameof(accountName));
        }

        connection.LockSigner(signerId);
        var usedUntil = 0L;
        while (connection.Factors.FindBySigner(signerId) is { } earlier)
        {
            usedUntil = Math.Max(usedUntil, (earlier.LastStep + 1) * earlier.Period);
            connection.Factors.Update(earlier with { State = FactorState.Void, Secret = [] });
        }

        var now = _time.GetUtcNow();
        var factorId = Guid.CreateVersion7(now);
        var secret = RandomNumberGenerator.GetBytes(SecretLength(_options.Algorithm));
        var binding = new TotpBinding(
            signerId, factorId, (int)_options.Algorithm, _options.Digits, _options.Period);
        connection.Factors.Insert(new FactorRow(
            factorId,
            signerId,
            FactorState.Pending,
            TotpSecretSeal.Seal(_key.Span, secret, binding),
            binding.Algorithm,
            binding.Digits,
            binding.Period,
            LastStep: (usedUntil / _options.Period) - 1,
            WrongCodes: 0,
            now.ToUnixTimeMilliseconds()));
        return new TotpEnrolment(factorId, secret, accountName, _options);
    }

    /// <summary>
    /// Locks the signer's factor, whatever its state: only a new pairing helps. Its time steps go on rising.
    /// </summary>
    /// <returns>False when there is none.</returns>
    public bool Withdraw(StoreConnection connection, Guid signerId)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.LockSigner(signerId);
        return connection.Factors.FindBySigner(signerId) is { } factor
            && connection.Factors.Update(factor with { State = FactorState.Locked, Secret = [] });
    }

    /// <summary>
    /// Tries the first code of a pending factor. Accepted: the factor is active, and this code, having paired,
    /// authorises nothing else. Wrong tries count as in <see cref="Verify"/>.
    /// </summary>
    /// <inheritdoc cref="Verify"/>
    public FactorStatus Activate(StoreConnection connection, Guid signerId, string? code)
        => Try(connection, signerId, code, FactorState.Pending);

    /// <summary>
    /// Tries a code of the signer's active factor. A code is accepted once and accepted time steps only rise
    /// (RFC 6238 section 5.2); anything given that is not the right code counts as a wrong try, whatever it looks
    /// like; the fifth in a row locks.
    /// </summary>
    /// <param name="connection">The writer, inside a transaction.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="code">What the signer typed; null or empty is <see cref="FactorStatus.Missing"/>.</param>
    public FactorStatus Verify(StoreConnection connection, Guid signerId, string? code)
        => Try(connection, signerId, code, FactorState.Active);

    private FactorStatus Try(StoreConnection connection, Guid signerId, string? code, FactorState wanted)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (string.IsNullOrEmpty(code))
        {
            return FactorStatus.Missing;
        }

        connection.LockSigner(signerId);
        var factor = connection.Factors.FindBySigner(signerId);
        if (factor?.State == FactorState.Locked)
        {
            return FactorStatus.Locked;
        }

        if (factor is null || factor.State != wanted)
        {
            return FactorStatus.NotPaired;
        }

        var status = Judge(factor, code, out var step);
        switch (status)
        {
            case FactorStatus.Accepted:
                connection.Factors.Update(
                    factor with { State = FactorState.Active, LastStep = step, WrongCodes = 0 });
                return status;
            case FactorStatus.Tampered:
                return status;
            default:
                var wrong = Math.Min(factor.WrongCodes, WrongCodeLimit) + 1;
                var locks = wrong >= WrongCodeLimit;
                connection.Factors.Update(
                    factor with { State = locks ? FactorState.Locked : wanted, WrongCodes = wrong });
                if (locks)
                {
                    _locked?.Invoke(connection, signerId);
                }

                return locks ? FactorStatus.JustLocked : status;
        }
    }

    /// <summary>Accepted, Wrong, Replayed or Tampered; changes nothing.</summary>
    private FactorStatus Judge(FactorRow factor, string code, out long accepted)
    {
        accepted = -1;
        Span<byte> secret = stackalloc byte[TotpSecretSeal.MaximumSecret];
        var binding = new TotpBinding(factor.SignerId, factor.Id, factor.Algorithm, factor.Digits, factor.Period);
        try
        {
            if (!TotpSecretSeal.TryOpen(_key.Span, factor.Secret, binding, secret, out var length))
            {
                return FactorStatus.Tampered;
            }

            Span<byte> given = stackalloc byte[Totp.MaximumDigits];
            return TryReadCode(code, factor.Digits, given)
                ? Compare(factor, secret[..length], given[..factor.Digits], out accepted)
                : FactorStatus.Wrong;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>
    /// Compares with every step of the window, used or not, so that the time taken tells nothing. Of two steps that
    /// happen to share one code the later counts, or the code could be used again.
    /// </summary>
    private FactorStatus Compare(
        FactorRow factor, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> given, out long accepted)
    {
        Interlocked.Increment(ref _comparisons);
        var present = Totp.Step(_time.GetUtcNow(), factor.Period);
        Span<byte> expected = stackalloc byte[Totp.MaximumDigits];
        long matched = -1;
        for (var step = Math.Max(0, present - _options.Window); step <= present + _options.Window; step++)
        {
            Totp.Write((TotpAlgorithm)factor.Algorithm, secret, step, factor.Digits, expected);
            if (CryptographicOperations.FixedTimeEquals(given, expected[..factor.Digits]))
            {
                matched = step;
            }
        }

        CryptographicOperations.ZeroMemory(expected);
        accepted = matched > factor.LastStep ? matched : -1;
        return (matched, accepted) switch
        {
            (-1, _) => FactorStatus.Wrong,
            (_, -1) => FactorStatus.Replayed,
            _ => FactorStatus.Accepted,
        };
    }

    /// <summary>Takes exactly so many ASCII digits, nothing that merely looks like them.</summary>
    private static bool TryReadCode(string code, int digits, Span<byte> given)
        => code.Length == digits
            && !code.AsSpan().ContainsAnyExceptInRange('0', '9')
            && Encoding.ASCII.GetBytes(code, given) == digits;

    /// <summary>As long as the hash (RFC 4226 section 4 R6: 160 bits; RFC 6238 appendix B).</summary>
    private static int SecretLength(TotpAlgorithm algorithm) => algorithm switch
    {
        TotpAlgorithm.Sha1 => 20,
        TotpAlgorithm.Sha256 => 32,
        _ => 64,
    };
}
