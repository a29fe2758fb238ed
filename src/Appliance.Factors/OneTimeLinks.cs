using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Appliance.Factors.Codes;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// Links that are sent to a signer: 256 random bits, of which the store has the SHA-256. A signer has one at a time for
/// each purpose and subject; a new one takes the place of the one before. The row has a MAC: whoever can write the
/// store makes no link.
/// </summary>
/// <remarks>Operations are decisions over one transaction of their caller, as those of <see cref="OneTimeCodes"/>.
/// </remarks>
public sealed class OneTimeLinks
{
    /// <summary>Characters of a link's text: 32 bytes in base64url without padding.</summary>
    public const int TextLength = 43;

    private const int RandomLength = 32;
    private const int PurgeLimit = 8;

    private readonly ReadOnlyMemory<byte> _key;
    private readonly TimeProvider _time;

    /// <summary>Takes the 32-byte key derived for codes; it must outlive this.</summary>
    public OneTimeLinks(ReadOnlyMemory<byte> key, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _key = key;
        _time = time;
    }

    /// <summary>Makes a link, in the transaction that is open. Its text exists in what this returns only.</summary>
    /// <param name="connection">The writer, inside a transaction.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="subject">What it is about; null for nothing in particular.</param>
    /// <param name="life">How long it may be used.</param>
    /// <returns>43 characters of base64url.</returns>
    public string Issue(
        StoreConnection connection, Guid signerId, LinkPurpose purpose, Guid? subject, TimeSpan life)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.LockSigner(signerId);
        Span<byte> random = stackalloc byte[RandomLength];
        RandomNumberGenerator.Fill(random);
        var text = Base64Url.EncodeToString(random);
        CryptographicOperations.ZeroMemory(random);
        var now = _time.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        Write(connection, new OneTimeLinkRow(
            signerId,
            (int)purpose,
            subject ?? Guid.Empty,
            HashOf(text),
            OneTimeLinkState.Open,
            at,
            (now + life).ToUnixTimeMilliseconds(),
            []));
        connection.OneTimeLinks.DeleteOver(at, PurgeLimit);
        return text;
    }

    /// <summary>The live link with this text, or null. Decides nothing: see <see cref="Hold"/>.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="text">As received.</param>
    /// <param name="status">Why there is none.</param>
    public OneTimeLink? Find(StoreConnection connection, string? text, out LinkStatus status)
        => Judge(Read(connection, text), out status);

    /// <summary>
    /// The live link with this text, or null; nobody else uses it, nor anything else of its signer, until the
    /// transaction ends.
    /// </summary>
    /// <param name="connection">The writer, inside a transaction.</param>
    /// <param name="text">As received.</param>
    /// <param name="status">Why there is none.</param>
    public OneTimeLink? Hold(StoreConnection connection, string? text, out LinkStatus status)
    {
        if (Read(connection, text) is not { } seen)
        {
            status = LinkStatus.Unknown;
            return null;
        }

        connection.LockSigner(seen.SignerId);
        return Find(connection, text, out status);
    }

    /// <summary>Remembers that the link's bearer has given the code of the other channel too.</summary>
    /// <param name="connection">The writer, inside the transaction in which the link is held.</param>
    /// <param name="text">Its text.</param>
    /// <returns>False when the link is not live.</returns>
    public bool Confirm(StoreConnection connection, string text)
        => Move(connection, text, OneTimeLinkState.Confirmed);

    /// <summary>Uses the link up.</summary>
    /// <param name="connection">The writer, inside a transaction.</param>
    /// <param name="text">Its text.</param>
    /// <returns>False when it is not live: of several who use it at once, one is told true.</returns>
    public bool Use(StoreConnection connection, string text) => Move(connection, text, OneTimeLinkState.Used);

    /// <summary>When a link that nobody has used was last sent, Unix milliseconds; null when there is none.</summary>
    public long? SentAt(StoreConnection connection, Guid signerId, LinkPurpose purpose, Guid? subject)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.OneTimeLinks.Find(signerId, (int)purpose, subject ?? Guid.Empty) is { } row
            && row.State != OneTimeLinkState.Used && IsOurs(row)
                ? row.CreatedAt
                : null;
    }

    /// <summary>Withdraws what was sent for a purpose and subject, if anything was.</summary>
    public void Withdraw(StoreConnection connection, Guid signerId, LinkPurpose purpose, Guid? subject)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.LockSigner(signerId);
        connection.OneTimeLinks.Delete(signerId, (int)purpose, subject ?? Guid.Empty);
    }

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));

    /// <summary>Text that cannot be a link of ours costs no store access.</summary>
    private static OneTimeLinkRow? Read(StoreConnection connection, string? text)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return text is { Length: TextLength } && Ascii.IsValid(text) && Base64Url.IsValid(text)
            ? connection.OneTimeLinks.Find(HashOf(text))
            : null;
    }

    private bool Move(StoreConnection connection, string text, OneTimeLinkState state)
    {
        if (Hold(connection, text, out _) is null)
        {
            return false;
        }

        Write(connection, Read(connection, text)! with { State = state });
        return true;
    }

    private OneTimeLink? Judge(OneTimeLinkRow? row, out LinkStatus status)
    {
        status = row switch
        {
            null => LinkStatus.Unknown,
            _ when !IsOurs(row) => LinkStatus.Tampered,
            { State: OneTimeLinkState.Used } => LinkStatus.Used,
            _ when row.ExpiresAt <= _time.GetUtcNow().ToUnixTimeMilliseconds() => LinkStatus.Expired,
            _ => LinkStatus.Live,
        };
        return status == LinkStatus.Live
            ? new OneTimeLink(
                row!.SignerId,
                (LinkPurpose)row.Purpose,
                row.Subject,
                row.State == OneTimeLinkState.Confirmed,
                row.ExpiresAt)
            : null;
    }

    private void Write(StoreConnection connection, OneTimeLinkRow row)
    {
        using var hash = Hash(row);
        connection.OneTimeLinks.Upsert(row with { Mac = hash.Value() });
    }

    private bool IsOurs(OneTimeLinkRow row)
    {
        using var hash = Hash(row);
        return hash.Is(row.Mac);
    }

    private RowHash Hash(OneTimeLinkRow row) => new RowHash(_key, RowHashKind.LinkRow)
        .Add(row.SignerId).Add(row.Purpose).Add(row.Subject).Add(row.Hash).Add((int)row.State)
        .Add(row.CreatedAt).Add(row.ExpiresAt);
}
