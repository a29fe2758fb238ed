using System.Globalization;
using Appliance.Identity.Decisions;
using Appliance.Ledger;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// The administration of client applications: who they are, what they may do and with which credentials. What proves
/// them is in <see cref="ClientSecrets"/>. A change holds from its commit on, on every node.
/// </summary>
public sealed class ClientDirectory
{
    private const int MostPerSecond = 1_000_000;
    private const int MostTimestamps = 1_000_000_000;
    private const int MaximumName = 64;

    private readonly CommitLoop _commits;
    private readonly TimeProvider _time;
    private readonly AccessTokens? _tokens;
    private readonly string? _actor;

    /// <summary>Makes a directory.</summary>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="rows">Makes and checks the MACs of rows.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tokens">The validator that must forget what changed; null in a command that serves nobody.</param>
    /// <param name="actor">The admin who changes something through this, for the audit trail.</param>
    public ClientDirectory(
        CommitLoop commits, ClientRows rows, TimeProvider time, AccessTokens? tokens = null, string? actor = null)
    {
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(time);
        _commits = commits;
        Rows = rows;
        _time = time;
        _tokens = tokens;
        _actor = actor;
    }

    internal ClientRows Rows { get; }

    /// <summary>Adds a client, which can do nothing before it has something to prove itself with.</summary>
    /// <param name="name">1 to 64 of a-z, 0-9, dot, hyphen and underscore; nobody else has it.</param>
    /// <param name="order">What it is to be; nothing said: reads and signs with listed credentials, no limits.</param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public Task<ClientRow> CreateAsync(string name, ClientOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(order);
        if (name.Length is 0 or > MaximumName || !name.All(IsNameCharacter))
        {
            throw new DirectoryException(
                DirectoryFault.ClientInvalid,
                "A client's name has 1 to 64 of a-z, 0-9, dot, hyphen and underscore.");
        }

        var now = _time.GetUtcNow();
        const ClientOperations Usual = ClientOperations.Read | ClientOperations.Authorize | ClientOperations.Sign;
        var blank = new ClientRow(
            Guid.CreateVersion7(now), name, ClientState.Active, null, Usual, ClientReach.Listed, 0, 1, 0, 0,
            now.ToUnixTimeMilliseconds(), []);
        var row = Rows.Sign(Apply(blank, order));
        return WriteAsync(
            row.Id,
            connection =>
            {
                if (connection.Clients.FindByName(name) is not null)
                {
                    throw new DirectoryException(
                        DirectoryFault.ClientExists, $"There is a client {name} already; choose another name.");
                }

                CheckOrganisation(connection, row);
                connection.Clients.Insert(row);
                Record(connection, row.Id, AuditEvent.ClientCreated, Describe(row));
                return row;
            },
            cancellationToken);
    }

    /// <summary>Changes what a client may do; what is not said stays.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public Task<ClientRow> ChangeAsync(Guid clientId, ClientOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        return ChangeAsync(
            clientId,
            (connection, row) =>
            {
                var changed = Apply(row, order);
                CheckOrganisation(connection, changed);
                return changed;
            },
            Describe,
            cancellationToken);
    }

    /// <summary>
    /// Suspends, resumes or ends a client. Whatever it does next is refused, on every node; its tokens are ended, also
    /// when it is only suspended.
    /// </summary>
    /// <inheritdoc cref="CreateAsync"/>
    public Task<ClientRow> SetStateAsync(Guid clientId, ClientState state, CancellationToken cancellationToken)
        => ChangeAsync(
            clientId,
            (connection, row) =>
            {
                if (state != ClientState.Active)
                {
                    connection.AccessTokens.RevokeClient(clientId);
                }

                return row with { State = state };
            },
            static row => row.State switch
            {
                ClientState.Active => "resumed",
                ClientState.Suspended => "suspended, tokens ended",
                _ => "ended, tokens ended",
            },
            cancellationToken);

    /// <summary>Lets a client use a credential, one more than it had.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public Task<ClientRow> AddCredentialAsync(Guid clientId, Guid credentialId, CancellationToken cancellationToken)
        => ChangeAsync(
            clientId,
            (connection, row) =>
            {
                if (connection.Credentials.Find(credentialId) is null)
                {
                    throw new DirectoryException(
                        DirectoryFault.UnknownClientPart, $"There is no credential {credentialId:D}.");
                }

                connection.ClientCredentials.Upsert(Rows.Sign(
                    new ClientCredentialRow(clientId, credentialId, Now(), [])));
                return row;
            },
            static _ => "credential added",
            cancellationToken,
            credentialId);

    /// <summary>Takes a credential from a client: its next use is refused, on every node.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public Task<ClientRow> RemoveCredentialAsync(Guid clientId, Guid credentialId, CancellationToken cancellationToken)
        => ChangeAsync(
            clientId,
            (connection, row) => connection.ClientCredentials.Delete(clientId, credentialId)
                ? row
                : throw new DirectoryException(
                    DirectoryFault.UnknownClientPart, $"The client was not given the credential {credentialId:D}."),
            static _ => "credential removed",
            cancellationToken,
            credentialId);

    /// <summary>
    /// Changes a client's row in one transaction. Its version rises whatever is changed, which locks the row: where
    /// nodes share a store, a reservation in the client's name is before this or sees it.
    /// </summary>
    internal async Task<ClientRow> ChangeAsync(
        Guid clientId,
        Func<StoreConnection, ClientRow, ClientRow> change,
        Func<ClientRow, string> describe,
        CancellationToken cancellationToken,
        Guid? credentialId = null)
        => await WriteAsync(
            clientId,
            connection =>
            {
                connection.Clients.Lock(clientId);
                var before = FindToChange(connection, clientId);
                var touched = Rows.Sign(change(connection, before) with { Version = before.Version + 1 });
                if (!connection.Clients.Update(touched))
                {
                    throw new InvalidOperationException("A client that is locked was changed.");
                }

                connection.Revocations.Raise();
                Record(connection, clientId, AuditEvent.ClientChanged, describe(touched), credentialId);
                return touched;
            },
            cancellationToken).ConfigureAwait(false);

    private static bool IsNameCharacter(char c)
        => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_';

    private static ClientRow Apply(ClientRow row, ClientOrder order)
    {
        var rate = order.Rate ?? row.Rate;
        var changed = row with
        {
            OrganisationId = order.OrganisationId ?? row.OrganisationId,
            Operations = order.Operations ?? row.Operations,
            Reach = order.Reach ?? row.Reach,
            Rate = rate,
            Burst = order.Burst ?? (order.Rate is null ? row.Burst : Math.Max(1, rate)),
            Concurrency = order.Concurrency ?? row.Concurrency,
            TimestampsPerDay = order.TimestampsPerDay ?? row.TimestampsPerDay,
        };
        if (changed.Rate is < 0 or > MostPerSecond || changed.Concurrency is < 0 or > MostPerSecond
            || changed.Burst is < 1 or > MostPerSecond)
        {
            throw new DirectoryException(
                DirectoryFault.ClientInvalid,
                "Rate and concurrency are 0 (no limit) to 1,000,000, the burst 1 to 1,000,000.");
        }

        if (changed.TimestampsPerDay is < ClientRow.AsSettingSays or > MostTimestamps)
        {
            throw new DirectoryException(
                DirectoryFault.ClientInvalid, "Time stamps a day are 0 (no limit) to 1,000,000,000.");
        }

        if ((changed.Operations & ~ClientOperations.All) != ClientOperations.None)
        {
            throw new DirectoryException(DirectoryFault.ClientInvalid, "There is no such operation.");
        }

        return changed;
    }

    private static void CheckOrganisation(StoreConnection connection, ClientRow row)
    {
        if (row.OrganisationId is { } id
            && !connection.Profiles.ListBySigner(id).Any(profile => profile.Kind == ProfileKind.Organisation))
        {
            throw new DirectoryException(
                DirectoryFault.ClientInvalid, "A client belongs to an organisation: a signer of that kind.");
        }

        if (row is { Reach: ClientReach.Organisation, OrganisationId: null })
        {
            throw new DirectoryException(
                DirectoryFault.ClientInvalid,
                "The reach organisation is for a client that belongs to one; name the organisation too.");
        }
    }

    private static string Describe(ClientRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Name}: {row.Operations}, reach {row.Reach}, rate {row.Rate}/{row.Burst}, "
        + $"concurrency {row.Concurrency}, time stamps a day {row.TimestampsPerDay}");

    private ClientRow FindToChange(StoreConnection connection, Guid clientId)
    {
        var row = connection.Clients.Find(clientId);
        if (row is null || row.State == ClientState.Ended)
        {
            throw new DirectoryException(
                DirectoryFault.UnknownClient,
                row is null ? $"There is no client {clientId:D}." : $"The client {row.Name} was ended for good.");
        }

        return Rows.Verify(row)
            ? row
            : throw new DirectoryException(
                DirectoryFault.ClientTampered,
                $"The row of client {row.Name} was changed behind the appliance's back; make the client anew.");
    }

    private void Record(
        StoreConnection connection, Guid clientId, AuditEvent happened, string detail, Guid? credentialId = null)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = Now(),
            Event = happened,
            ClientId = clientId,
            CredentialId = credentialId,
            Detail = detail,
            Actor = _actor,
        });

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<ClientRow> WriteAsync(
        Guid clientId, Func<StoreConnection, ClientRow> apply, CancellationToken cancellationToken)
    {
        var work = new CommitWork<(ClientRow? Row, DirectoryException? Refusal)>(
            connection =>
            {
                // A refusal is a result: what else is in the commit is not undone.
                try
                {
                    return (apply(connection), null);
                }
                catch (DirectoryException refusal)
                {
                    return (null, refusal);
                }
            },
            _ => _tokens?.ForgetClient(clientId));
        if (!_commits.TryEnqueue(work))
        {
            throw new DirectoryException(
                DirectoryFault.Overloaded, "Too many changes are waiting for the store; try again shortly.");
        }

        var (row, refused) = await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        return row ?? throw refused!;
    }
}
