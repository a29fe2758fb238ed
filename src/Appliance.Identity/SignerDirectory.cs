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

    /// <summary>Makes a directory.</summary>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="passwords">The lane in which passwords are hashed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tokens">The validator that must forget ended tokens; null in a command that serves nobody.</param>
    /// <param name="actor">The admin who changes something through this, for the audit trail.</param>
    public SignerDirectory(
        CommitLoop commits,
        PasswordLane passwords,
        TimeProvider time,
        AccessTokens? tokens = null,
        string? actor = null)
    {
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(passwords);
        ArgumentNullException.ThrowIfNull(time);
        _commits = commits;
        _passwords = passwords;
        _time = time;
        _tokens = tokens;
        _actor = actor;
    }

    /// <summary>Adds a signer and its first profile, in one commit.</summary>
    /// <param name="userName">What it signs in with; see <see cref="UserName"/>.</param>
    /// <param name="displayName">For people to read, 1 to 255 characters.</param>
    /// <param name="password">Its password, by <see cref="PasswordPolicy"/>; null when it is to be set later.</param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <param name="kind">In which capacity it signs.</param>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public async Task<AddedSigner> AddSignerAsync(
        string userName,
        string displayName,
        string? password,
        CancellationToken cancellationToken,
        ProfileKind kind = ProfileKind.Person)
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

        var hash = password is null ? null : await HashAsync(password, name, cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        var added = new AddedSigner(Guid.CreateVersion7(now), Guid.CreateVersion7(now));
        var at = now.ToUnixTimeMilliseconds();
        var signer = new SignerRow(added.SignerId, name, shown, hash, SignerState.Active, at);
        var profile = new ProfileRow(added.ProfileId, added.SignerId, kind, shown, at);
        var fault = await WriteAsync(connection => Add(connection, signer, profile), null, cancellationToken)
            .ConfigureAwait(false);
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
