using System.Globalization;
using System.Text.Json;
using Appliance.Factors;
using Appliance.Signing.Approving;
using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>
/// Approvals out of band: an authorisation is kept until the signer, who is sent a link, says yes or no. What is kept
/// has a MAC, the handle and the link are kept as digests.
/// </summary>
public sealed class Approvals
{
    /// <summary>Digests that a message names; the page behind its link shows all.</summary>
    private const int DigestsInMessage = 10;

    private readonly ApprovalMac _mac;
    private readonly Contacts _contacts;
    private readonly Notices _notices;
    private readonly LinkAddresses _addresses;
    private readonly TimeProvider _time;

    /// <summary>Makes the rules of approvals.</summary>
    /// <param name="key">32 bytes derived for <see cref="Keys.KeyPurpose.ApprovalRows"/>; must outlive this.</param>
    /// <param name="contacts">Where signers are reached.</param>
    /// <param name="notices">Takes the messages.</param>
    /// <param name="addresses">Where links lead.</param>
    /// <param name="options">Lifetimes and limits.</param>
    /// <param name="time">The clock.</param>
    public Approvals(
        ReadOnlyMemory<byte> key,
        Contacts contacts,
        Notices notices,
        LinkAddresses addresses,
        ApprovalOptions options,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _mac = new ApprovalMac(key);
        _contacts = contacts;
        _notices = notices;
        _addresses = addresses;
        Options = options;
        _time = time;
    }

    /// <summary>Lifetimes and limits.</summary>
    public ApprovalOptions Options { get; }

    /// <summary>Withdraws all that waits for a signer, in the transaction that is open.</summary>
    public void Withdraw(StoreConnection connection, Guid signerId)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var row in connection.Approvals.ListPending(signerId, now, int.MaxValue))
        {
            if (Holds(row))
            {
                connection.Approvals.Decide(Decide(row, ApprovalState.Withdrawn, row.EndsAt));
            }
        }
    }

    internal ApprovalDraft Prepare(
        AuthorizeRequest request, Guid signerId, int scal, string client, DateTimeOffset now)
    {
        var (handle, handleDigest) = OneTimeText.Create();
        var (link, linkDigest) = OneTimeText.Create();
        var content = new ApprovalContent(client, request.Description, request.HashAlgorithm, request.Hashes);
        var expiresAt = now + (request.Waits ? Options.WaitLifetime : Options.Lifetime);
        var row = new ApprovalRow(
            Guid.CreateVersion7(now),
            handleDigest,
            linkDigest,
            signerId,
            request.Caller.ClientId,
            request.CredentialId,
            Guid.CreateVersion7(now),
            scal,
            request.SignatureCount,
            JsonSerializer.SerializeToUtf8Bytes(content, ApprovalJson.Default.ApprovalContent),
            now.ToUnixTimeMilliseconds(),
            expiresAt.ToUnixTimeMilliseconds(),
            ApprovalState.Pending,
            DecidedAt: 0,
            EndsAt: expiresAt.ToUnixTimeMilliseconds(),
            Mac: []);
        return new ApprovalDraft { Row = _mac.Sign(row), Content = content, Handle = handle, Link = link };
    }

    /// <summary>Stores it and sends the signer its link, if it is reached by e-mail; false beyond the limit.</summary>
    internal bool TryRequest(StoreConnection connection, ApprovalDraft draft)
    {
        var row = draft.Row;
        connection.LockSigner(row.SignerId);
        var since = row.CreatedAt - (long)Options.Lifetime.TotalMilliseconds;
        if (connection.Approvals.CountRecent(row.SignerId, since) >= Options.MostOfSigner)
        {
            return false;
        }

        connection.Approvals.Insert(row);
        if (_contacts.Find(connection, row.SignerId, out _) is { Email: { } email } contact)
        {
            _notices.Enqueue(connection, new Notice(
                row.SignerId,
                NoticeKind.ApprovalLink,
                NoticeChannel.Email,
                email,
                contact.Language,
                Values(draft),
                row.ExpiresAt));
        }

        return true;
    }

    /// <summary>Whether the row is as the appliance wrote it.</summary>
    internal bool Holds(ApprovalRow row) => _mac.Verify(row);

    /// <summary>The row with a decision, for <see cref="ApprovalTable.Decide"/>.</summary>
    internal ApprovalRow Decide(ApprovalRow row, ApprovalState state, long endsAt) => _mac.Sign(row with
    {
        State = state,
        DecidedAt = _time.GetUtcNow().ToUnixTimeMilliseconds(),
        EndsAt = endsAt,
    });

    internal ApprovalInfo Describe(ApprovalRow row)
    {
        var content = ContentOf(row);
        return new ApprovalInfo
        {
            Id = row.Id,
            State = row.State,
            SignerId = row.SignerId,
            CredentialId = row.CredentialId,
            ClientId = row.ClientId,
            Client = content.Client,
            Description = content.Description,
            Count = row.Total,
            HashAlgorithm = content.HashAlgorithm,
            Hashes = content.Hashes,
            CreatedAt = row.CreatedAt,
            ExpiresAt = row.ExpiresAt,
            NeedsCode = Options.AskForCode,
        };
    }

    internal static ApprovalContent ContentOf(ApprovalRow row)
        => JsonSerializer.Deserialize(row.Content, ApprovalJson.Default.ApprovalContent)!;

    private Dictionary<string, string> Values(ApprovalDraft draft)
    {
        var hashes = draft.Content.Hashes;
        var digests = string.Join('\n', hashes.Take(DigestsInMessage).Select(Convert.ToHexStringLower));
        return new(StringComparer.Ordinal)
        {
            ["link"] = _addresses.Of(LinkPurpose.Approval, draft.Link),
            ["operation"] = string.Create(CultureInfo.InvariantCulture, $"signHash ({draft.Row.Total})"),
            ["labels"] = draft.Content.Description,
            ["digests"] = hashes.Count <= DigestsInMessage
                ? digests
                : string.Create(CultureInfo.InvariantCulture, $"{digests}\n+ {hashes.Count - DigestsInMessage}"),
            ["client"] = draft.Content.Client,
        };
    }
}
