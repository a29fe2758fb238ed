using Appliance.Identity.Organisations;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// Organisations and the capacities in which signers act. An organisation is a signer of its own, of the same id, whose
/// only profile is of the kind Organisation: its credentials seal, its clients use them, and what limits a signer
/// limits it.
/// </summary>
public sealed class OrganisationDirectory
{
    private const int MostProfiles = 100;

    private readonly Store _store;
    private readonly CommitLoop _commits;
    private readonly OrganisationMac _mac;
    private readonly TimeProvider _time;
    private readonly string? _actor;

    /// <summary>Makes a directory.</summary>
    /// <param name="store">Where organisations are read.</param>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="key">The 32-byte key derived for organisations; it must outlive this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="actor">The admin who changes something through this, for the audit trail.</param>
    public OrganisationDirectory(
        Store store, CommitLoop commits, ReadOnlyMemory<byte> key, TimeProvider time, string? actor = null)
    {
        _store = store;
        _commits = commits;
        _mac = new OrganisationMac(key);
        _time = time;
        _actor = actor;
    }

    /// <summary>Adds an organisation with its signer, which has no password: clients act for it.</summary>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public async Task<OrganisationRow> AddAsync(NewOrganisation organisation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(organisation);
        if (!UserName.TryRead(organisation.UserName, out var userName, out var reason))
        {
            throw new DirectoryException(DirectoryFault.UserNameInvalid, reason);
        }

        if (OrganisationRules.Check(organisation) is { } wrong)
        {
            throw new DirectoryException(DirectoryFault.OrganisationInvalid, wrong);
        }

        var now = _time.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        var name = organisation.Name.Trim();
        var signer = new SignerRow(Guid.CreateVersion7(now), userName, name, null, SignerState.Active, at);
        var profile = new ProfileRow(Guid.CreateVersion7(now), signer.Id, ProfileKind.Organisation, name, at);
        var row = _mac.Sign(new OrganisationRow(
            signer.Id, name, organisation.Registration?.Trim(), organisation.Lei, organisation.Vat, at, []));
        return await _commits.WriteAsync(
            connection =>
            {
                if (connection.Signers.FindByUserName(userName) is not null)
                {
                    throw new DirectoryException(
                        DirectoryFault.UserNameTaken,
                        $"The user name '{userName}' is taken, in upper or lower case; choose another.");
                }

                connection.Signers.Insert(signer);
                connection.Profiles.Insert(profile);
                connection.Organisations.Insert(row);
                Record(connection, AuditEvent.OrganisationChanged, signer.Id, at, "added");
                return row;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The organisation with this id; null when there is none, or when its row is not as we wrote it.</summary>
    public OrganisationRow? Find(Guid id)
        => _store.Read(id, static (connection, id) => connection.Organisations.Find(id)) is { } row && _mac.Verify(row)
            ? row
            : null;

    /// <summary>A page of organisations, oldest first, with whether each is as we wrote it.</summary>
    public IReadOnlyList<(OrganisationRow Row, bool IsOurs)> List(Guid after, int limit)
        =>
        [
            .. _store.Read(connection => connection.Organisations.List(after, limit))
                .Select(row => (row, _mac.Verify(row))),
        ];

    /// <summary>Adds a capacity in which a signer acts.</summary>
    /// <param name="signerId">The signer, a person.</param>
    /// <param name="kind">Person, employee or representative.</param>
    /// <param name="name">For people to read, 1 to 255 characters.</param>
    /// <param name="organisationId">For whom an employee or representative acts; null for a person.</param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public async Task<ProfileRow> AddProfileAsync(
        Guid signerId, ProfileKind kind, string name, Guid? organisationId, CancellationToken cancellationToken)
    {
        var shown = name?.Trim() ?? "";
        if (shown.Length is 0 or > SignerDirectory.MaximumDisplayName || shown.Any(char.IsControl))
        {
            throw new DirectoryException(
                DirectoryFault.ProfileInvalid, "A profile's name needs 1 to 255 characters and no control characters.");
        }

        if (kind == ProfileKind.Organisation || (organisationId is null) != (kind == ProfileKind.Person))
        {
            throw new DirectoryException(
                DirectoryFault.ProfileInvalid,
                "A profile is of a person, or of an employee or representative of an organisation, which it names.");
        }

        var now = _time.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        var profile = new ProfileRow(Guid.CreateVersion7(now), signerId, kind, shown, at)
        {
            OrganisationId = organisationId,
        };
        return await _commits.WriteAsync(connection => Add(connection, profile), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Ends a capacity: no credential is added to it any more, and those that it has are suspended.
    /// </summary>
    /// <returns>The credentials that were suspended.</returns>
    /// <exception cref="DirectoryException">The signer has no such profile that goes on.</exception>
    public async Task<IReadOnlyList<Guid>> EndProfileAsync(
        Guid signerId, Guid profileId, CancellationToken cancellationToken)
        => await _commits.WriteAsync(connection => End(connection, signerId, profileId), cancellationToken)
            .ConfigureAwait(false);

    private ProfileRow Add(StoreConnection connection, ProfileRow profile)
    {
        var profiles = connection.Profiles.ListBySigner(profile.SignerId);
        if (connection.Signers.Find(profile.SignerId) is null || profiles.Count == 0)
        {
            throw new DirectoryException(
                DirectoryFault.UnknownSigner, $"There is no signer {profile.SignerId:D}; list the signers to find it.");
        }

        if (profiles[0].Kind == ProfileKind.Organisation || profiles.Count >= MostProfiles)
        {
            throw new DirectoryException(
                DirectoryFault.ProfileInvalid, "An organisation has one profile, a person at most 100.");
        }

        if (profile.OrganisationId is { } id
            && (connection.Organisations.Find(id) is not { } organisation || !_mac.Verify(organisation)))
        {
            throw new DirectoryException(
                DirectoryFault.UnknownOrganisation, $"There is no organisation {id:D}; see `organisation list`.");
        }

        connection.Profiles.Insert(profile);
        Record(connection, AuditEvent.SignerChanged, profile.SignerId, profile.CreatedAt, "profile added");
        return profile;
    }

    private List<Guid> End(StoreConnection connection, Guid signerId, Guid profileId)
    {
        var at = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (connection.Profiles.Find(profileId)?.SignerId != signerId || !connection.Profiles.End(profileId, at))
        {
            throw new DirectoryException(
                DirectoryFault.UnknownProfile, $"The signer has no profile {profileId:D}, or it has ended before.");
        }

        var suspended = new List<Guid>();
        foreach (var row in connection.Credentials.ListBySigner(signerId).Where(row => row.ProfileId == profileId))
        {
            if (connection.Credentials.ChangeState(row.Id, CredentialState.Enabled, CredentialState.Suspended))
            {
                suspended.Add(row.Id);
            }
        }

        Record(connection, AuditEvent.SignerChanged, signerId, at, "profile ended", suspended.Count);
        return suspended;
    }

    private void Record(
        StoreConnection connection, AuditEvent happened, Guid signerId, long at, string detail, int count = 0)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = at,
            Event = happened,
            SignerId = signerId,
            Detail = detail,
            Actor = _actor,
            Count = count,
        });
}
