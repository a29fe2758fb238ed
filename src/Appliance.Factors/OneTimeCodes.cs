using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Factors.Codes;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// Codes that are sent to a signer by e-mail or as a short message. A signer has one at a time for each purpose and
/// subject. The store knows a keyed digest: six digits are not guessed from it without the key.
/// </summary>
/// <remarks>
/// Every operation is a decision over one transaction of its caller, and the caller commits before it acts on the
/// answer, on a refusal too. That a try is counted before it is compared follows from this: the count and the
/// comparison are one transaction, which nobody undoes once it has begun (a caller that stops waiting does not), and
/// nobody is told what was compared before the count is durable. A process that is killed before then has told nobody
/// anything, so the guess was not one. Nodes that share a store lock the signer first, so that a code is compared as
/// often as it is counted and not more.
/// <para>
/// The row has a MAC: whoever can write the store makes no code, extends no life and resets no count. It can put an
/// old row back, as everywhere (ARCHITECTURE.md, "What the MACs do not cover yet").
/// </para>
/// </remarks>
public sealed class OneTimeCodes
{
    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    private const int Bound = 1_000_000;
    private const int PurgeLimit = 8;

    /// <summary>
    /// A code to another address than the running one's may follow it after this: somebody mistyped a number.
    /// </summary>
    private static readonly TimeSpan s_otherDestination = TimeSpan.FromMinutes(1);

    private readonly ReadOnlyMemory<byte> _key;
    private readonly Notices _notices;
    private readonly CodeOptions _options;
    private readonly TimeProvider _time;
    private long _comparisons;

    /// <summary>Makes the rules of codes.</summary>
    /// <param name="key">32 bytes derived for codes; must outlive this.</param>
    /// <param name="notices">How codes go out.</param>
    /// <param name="options">Lives and limits.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public OneTimeCodes(ReadOnlyMemory<byte> key, Notices notices, CodeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(notices);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Validate() is { Count: > 0 } wrong)
        {
            throw new ArgumentException(string.Join(' ', wrong), nameof(options));
        }

        _key = key;
        _notices = notices;
        _options = options;
        _time = time;
    }

    /// <summary>Codes that were compared with a right one so far, by this process.</summary>
    public long Comparisons => Interlocked.Read(ref _comparisons);

    /// <summary>
    /// Sends a code, in the transaction that is open. While an earlier one for the same purpose and subject forbids
    /// it, nothing is sent: the answer is about that one. A code that was used forbids nothing.
    /// </summary>
    /// <param name="connection">The writer, inside a transaction.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="purpose">What the code is for.</param>
    /// <param name="subject">What it is about; null for nothing in particular.</param>
    /// <param name="channel">How it goes.</param>
    /// <param name="to">E-mail address, or telephone number in E.164.</param>
    /// <param name="language">Of the message, ISO 639-1.</param>
    /// <param name="values">What the template takes beside the code; null for nothing.</param>
    public CodeSending Send(
        StoreConnection connection,
        Guid signerId,
        CodePurpose purpose,
        Guid? subject,
        NoticeChannel channel,
        string to,
        string language,
        IReadOnlyDictionary<string, string>? values = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(to);
        connection.LockSigner(signerId);
        var now = _time.GetUtcNow();
        if (Running(connection, signerId, purpose, subject ?? Guid.Empty, to, now) is { } running)
        {
            return running;
        }

        var code = RandomNumberGenerator.GetInt32(Bound).ToString("D6", CultureInfo.InvariantCulture);
        var id = Guid.CreateVersion7(now);
        var row = new OneTimeCodeRow(
            signerId,
            (int)purpose,
            subject ?? Guid.Empty,
            id,
            OneTimeCodeState.Open,
            Tries: 0,
            now.ToUnixTimeMilliseconds(),
            (now + _options.LifeOf(purpose)).ToUnixTimeMilliseconds(),
            (now + _options.ResendOf(purpose)).ToUnixTimeMilliseconds(),
            [],
            FieldSeal.Seal(_key, RowHashKind.DestinationKey, Encoding.UTF8.GetBytes(to), Binding(id)),
            []);
        row = row with { Digest = DigestOf(row, to, code) };
        connection.OneTimeCodes.Upsert(row with { Mac = MacOf(row) });
        _notices.Enqueue(connection, new Notice(
            signerId,
            KindOf(purpose),
            channel,
            to,
            language,
            new Dictionary<string, string>(values ?? FrozenDictionary<string, string>.Empty, StringComparer.Ordinal)
            {
                ["code"] = code,
            },
            row.ExpiresAt));
        connection.OneTimeCodes.DeleteOver(row.SentAt, PurgeLimit);
        return new CodeSending(true, row.ExpiresAt, row.ResendAt);
    }

    /// <summary>Tries a code. The right one is accepted once; so many wrong ones void it.</summary>
    /// <param name="connection">The writer, inside a transaction that is committed whatever this answers.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="purpose">What the code is for.</param>
    /// <param name="subject">What it is about; null for nothing in particular.</param>
    /// <param name="code">What somebody typed; null or empty is <see cref="CodeStatus.Missing"/>.</param>
    public CodeTry Try(StoreConnection connection, Guid signerId, CodePurpose purpose, Guid? subject, string? code)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (string.IsNullOrEmpty(code))
        {
            return new CodeTry(CodeStatus.Missing, null);
        }

        connection.LockSigner(signerId);
        var row = connection.OneTimeCodes.Find(signerId, (int)purpose, subject ?? Guid.Empty);
        var status = Judge(row, out var destination);
        if (status != CodeStatus.Accepted)
        {
            return new CodeTry(status, null);
        }

        Interlocked.Increment(ref _comparisons);
        var right = CryptographicOperations.FixedTimeEquals(DigestOf(row!, destination!, code), row!.Digest);
        var tried = row with
        {
            Tries = row.Tries + 1,
            State = right ? OneTimeCodeState.Used
                : row.Tries + 1 >= _options.Tries ? OneTimeCodeState.Void
                : OneTimeCodeState.Open,
        };
        connection.OneTimeCodes.Upsert(tried with { Mac = MacOf(tried) });
        return tried.State switch
        {
            OneTimeCodeState.Used => new CodeTry(CodeStatus.Accepted, destination),
            OneTimeCodeState.Void => new CodeTry(CodeStatus.JustVoid, null),
            _ => new CodeTry(CodeStatus.Wrong, null),
        };
    }

    /// <summary>The code that was sent last, as <see cref="Send"/> tells of it; null when there is none.</summary>
    public CodeSending? Find(StoreConnection connection, Guid signerId, CodePurpose purpose, Guid? subject)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var row = connection.OneTimeCodes.Find(signerId, (int)purpose, subject ?? Guid.Empty);
        return row is null ? null : new CodeSending(false, row.ExpiresAt, row.ResendAt);
    }

    private static NoticeKind KindOf(CodePurpose purpose) => purpose switch
    {
        CodePurpose.Activation => NoticeKind.ActivationCode,
        CodePurpose.Pairing => NoticeKind.PairingCode,
        CodePurpose.Recovery => NoticeKind.RecoveryCode,
        CodePurpose.PhoneChange => NoticeKind.PhoneChangeCode,
        CodePurpose.NewPhone => NoticeKind.NewPhoneCode,
        _ => NoticeKind.SigningCode,
    };

    private static byte[] Binding(Guid id) => id.ToByteArray(bigEndian: true);

    /// <summary>What forbids another code; null for nothing.</summary>
    private CodeSending? Running(
        StoreConnection connection, Guid signerId, CodePurpose purpose, Guid subject, string to, DateTimeOffset now)
    {
        var row = connection.OneTimeCodes.Find(signerId, (int)purpose, subject);
        if (row is null || row.State == OneTimeCodeState.Used || !IsOurs(row))
        {
            return null;
        }

        var same = string.Equals(DestinationOf(row), to, StringComparison.Ordinal);
        var resendAt = same
            ? row.ResendAt
            : Math.Min(row.ResendAt, row.SentAt + (long)s_otherDestination.TotalMilliseconds);
        return now.ToUnixTimeMilliseconds() < resendAt ? new CodeSending(false, row.ExpiresAt, resendAt) : null;
    }

    /// <summary>Accepted when the code may be compared.</summary>
    private CodeStatus Judge(OneTimeCodeRow? row, out string? destination)
    {
        destination = null;
        if (row is null)
        {
            return CodeStatus.None;
        }

        if (!IsOurs(row) || (destination = DestinationOf(row)) is null)
        {
            return CodeStatus.Tampered;
        }

        return row switch
        {
            { State: OneTimeCodeState.Used } => CodeStatus.None,
            { State: OneTimeCodeState.Void } => CodeStatus.Void,
            _ when row.Tries >= _options.Tries => CodeStatus.Void,
            _ when row.ExpiresAt <= _time.GetUtcNow().ToUnixTimeMilliseconds() => CodeStatus.Expired,
            _ => CodeStatus.Accepted,
        };
    }

    private string? DestinationOf(OneTimeCodeRow row)
        => FieldSeal.Open(_key, RowHashKind.DestinationKey, row.Destination, Binding(row.Id)) is { } clear
            ? Encoding.UTF8.GetString(clear)
            : null;

    private byte[] DigestOf(OneTimeCodeRow row, string destination, string code)
    {
        using var hash = new RowHash(_key, RowHashKind.CodeDigest);
        return hash.Add(row.Id).Add(row.SignerId).Add(row.Purpose).Add(row.Subject).Add(destination).Add(code).Value();
    }

    private byte[] MacOf(OneTimeCodeRow row)
    {
        using var hash = Hash(row);
        return hash.Value();
    }

    private bool IsOurs(OneTimeCodeRow row)
    {
        using var hash = Hash(row);
        return hash.Is(row.Mac);
    }

    private RowHash Hash(OneTimeCodeRow row) => new RowHash(_key, RowHashKind.CodeRow)
        .Add(row.SignerId).Add(row.Purpose).Add(row.Subject).Add(row.Id).Add((int)row.State).Add(row.Tries)
        .Add(row.SentAt).Add(row.ExpiresAt).Add(row.ResendAt).Add(row.Digest).Add(row.Destination);
}
