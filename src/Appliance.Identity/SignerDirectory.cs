using Appliance.Factors;
using Appliance.Identity.Decisions;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>The administration of signers: who exists, under which name, with which password.</summary>
public sealed class SignerDirectory
{
    /// <summary>Most characters of a display name.</summary>
    public const int MaximumDisplayName = 255;

    private readonly CommitLoop _commits;
    private readonly PasswordLane _passwords;
    private readonly TimeProvider _time;
    private readonly AccessTokens? _tokens;
    private readonly string? _actor;
    private readonly Func<Contacts>? _contacts;

    /// <summary>Makes a directory.</summary>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="passwords">The lane in which passwords are hashed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tokens">The validator that must forget ended tokens; null in a command that serves nobody.</param>
    /// <param name="actor">The admin who changes something through this, for the audit trail.</param>
    /// <param name="contacts">Where signers are reached; asked for when a contact is first written.</param>
    public SignerDirectory(
        CommitLoop commits,
        PasswordLane passwords,
        TimeProvider time,
        AccessTokens? tokens = null,
        string? actor = null,
        Func<Contacts>? contacts = null)
    {
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(passwords);
        ArgumentNullException.ThrowIfNull(time);
        _commits = commits;
        _passwords = passwords;
        _time = time;
        _tokens = tokens;
        _actor = actor;
        _contacts = contacts;
    }

    /// <summary>Adds a signer and its first profile, in one commit.</summary>
    /// <param name="userName">What it signs in with; see <see cref="UserName"/>.</param>
    /// <param name="displayName">For people to read, 1 to 255 characters.</param>
    /// <param name="password">Its password, by <see cref="PasswordPolicy"/>; null when it is to be set later.</param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <param name="kind">In which capacity it signs.</param>
    /// <param name="contact">Where it is reached, by <see cref="ContactRules"/>; null for nowhere yet.</param>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public async Task<AddedSigner> AddSignerAsync(
        string userName,
        string displayName,
        string? password,
        CancellationToken cancellationToken,
        ProfileKind kind = ProfileKind.Person,
        Contact? contact = null)
    {
        if (!UserName.TryRead(userName, out var name, out var reason))
        {
            throw new DirectoryException(DirectoryFault.UserNameInvalid, reason);
        }

        var shown = displayName?.Trim() ?? "";
        if (shown.Length is 0 or > MaximumDisplayName || shown.Any(char.IsControl))
        {
            throw new DirectoryException(
                DirectoryFault.DisplayNameInvalid,
                "The display name needs 1 to 255 characters and no control characters.");
        }

        // Asked for here: on the commit loop's thread nobody waits for a token.
        var reached = contact is null ? null : Check(contact);
        var contacts = contact is null ? null : DemandContacts();
        var hash = password is null ? null : await HashAsync(password, name, cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        var added = new AddedSigner(Guid.CreateVersion7(now), Guid.CreateVersion7(now));
        var at = now.ToUnixTimeMilliseconds();
        var signer = new SignerRow(added.SignerId, name, shown, hash, SignerState.Active, at);
        var profile = new ProfileRow(added.ProfileId, added.SignerId, kind, shown, at);
        var fault = await WriteAsync(
            connection =>
            {
                var refused = Add(connection, signer, profile);
                if (refused is null && reached is not null)
                {
                    contacts!.Set(connection, signer.Id, reached);
                }

                return refused;
            },
            null,
            cancellationToken).ConfigureAwait(false);
        return fault is null
            ? added
            : throw new DirectoryException(
                fault.Value, $"The user name '{name}' is taken, in upper or lower case; choose another.");
    }

    /// <summary>Replaces a signer's password and ends all its tokens: it must sign in anew everywhere.</summary>
    /// <param name="signerId">The signer.</param>
    /// <param name="password">The new password, by <see cref="PasswordPolicy"/>.</param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public async Task SetPasswordAsync(Guid signerId, string password, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(password, null, cancellationToken).ConfigureAwait(false);
        var fault = await WriteAsync(
            connection => SetPassword(connection, signerId, hash), signerId, cancellationToken).ConfigureAwait(false);
        if (fault is not null)
        {
            throw new DirectoryException(fault.Value, $"There is no signer {signerId:D}; list the signers to find it.");
        }
    }

    /// <summary>Changes where a signer is reached.</summary>
    /// <param name="signerId">The signer.</param>
    /// <param name="change">
    /// Takes what is kept and says what to keep; runs again after a rollback. What is not as the appliance wrote it
    /// counts as nothing kept.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <returns>What is kept now.</returns>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public async Task<Contact> SetContactAsync(
        Guid signerId, Func<Contact, Contact> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var contacts = DemandContacts();
        Contact? kept = null;
        string? reason = null;
        var fault = await WriteAsync(
            connection =>
            {
                connection.Signers.Lock(signerId);
                if (connection.Signers.Find(signerId) is not { State: not SignerState.Erased })
                {
                    return DirectoryFault.UnknownSigner;
                }

                var before = contacts.Find(connection, signerId, out _) ?? new Contact(null, null, "en");
                var wanted = change(before);
                if (!ContactRules.TryRead(wanted.Email, wanted.Phone, wanted.Language, out kept, out reason))
                {
                    return DirectoryFault.ContactInvalid;
                }

                contacts.Set(connection, signerId, kept);
                var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
                Record(connection, AuditEvent.ContactChanged, signerId, now, Changes(before, kept));
                return null;
            },
            null,
            cancellationToken).ConfigureAwait(false);
        return fault switch
        {
            null => kept!,
            DirectoryFault.ContactInvalid => throw new DirectoryException(fault.Value, reason!),
            _ => throw new DirectoryException(fault.Value, $"There is no signer {signerId:D}."),
        };
    }

    /// <summary>Which parts changed, never what they are.</summary>
    private static string Changes(Contact before, Contact after)
    {
        var parts = new List<string>(3);
        AddIf(!string.Equals(before.Email, after.Email, StringComparison.Ordinal), "e-mail");
        AddIf(!string.Equals(before.Phone, after.Phone, StringComparison.Ordinal), "telephone");
        AddIf(!string.Equals(before.Language, after.Language, StringComparison.Ordinal), "language");
        return parts.Count == 0 ? "nothing" : string.Join(", ", parts);

        void AddIf(bool changed, string part)
        {
            if (changed)
            {
                parts.Add(part);
            }
        }
    }

    private static Contact Check(Contact contact)
        => ContactRules.TryRead(contact.Email, contact.Phone, contact.Language, out var read, out var reason)
            ? read
            : throw new DirectoryException(DirectoryFault.ContactInvalid, reason);

    private Contacts DemandContacts()
        => _contacts?.Invoke() ?? throw new InvalidOperationException("This directory keeps no contacts.");

    private DirectoryFault? Add(StoreConnection connection, SignerRow signer, ProfileRow profile)
    {
        if (connection.Signers.FindByUserName(signer.UserName) is not null)
        {
            return DirectoryFault.UserNameTaken;
        }

        connection.Signers.Insert(signer);
        connection.Profiles.Insert(profile);
        Record(connection, AuditEvent.SignerCreated, signer.Id, signer.CreatedAt, null);
        return null;
    }

    private DirectoryFault? SetPassword(StoreConnection connection, Guid signerId, byte[] hash)
    {
        if (!connection.Signers.SetPassword(signerId, hash))
        {
            return DirectoryFault.UnknownSigner;
        }

        connection.AccessTokens.RevokeSigner(signerId);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Record(connection, AuditEvent.SignerChanged, signerId, now, "password set, tokens ended");
        return null;
    }

    private void Record(StoreConnection connection, AuditEvent happened, Guid signerId, long at, string? detail)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = at,
            Event = happened,
            SignerId = signerId,
            Detail = detail,
            Actor = _actor,
        });

    private async Task<byte[]> HashAsync(string password, string? userName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (PasswordPolicy.Check(password, userName) is { Count: > 0 } reasons)
        {
            throw new DirectoryException(DirectoryFault.PasswordRefused, string.Join(' ', reasons));
        }

        return await _passwords.HashAsync(password, cancellationToken).ConfigureAwait(false)
            ?? throw new DirectoryException(
                DirectoryFault.Overloaded, "Too many passwords are being checked at the moment; try again shortly.");
    }

    private async Task<DirectoryFault?> WriteAsync(
        Func<StoreConnection, DirectoryFault?> apply, Guid? changed, CancellationToken cancellationToken)
    {
        var work = new CommitWork<DirectoryFault?>(apply, fault =>
        {
            if (fault is null && changed is { } signerId)
            {
                _tokens?.Cache.RemoveSigner(signerId);
            }
        });
        return _commits.TryEnqueue(work)
            ? await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false)
            : throw new DirectoryException(
                DirectoryFault.Overloaded, "Too many changes are waiting for the store; try again shortly.");
    }
}
