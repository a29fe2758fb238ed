using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// The packages of credentials, as operators grant and cancel them. A credential that was granted one signs only while
/// a package has transactions left: that it is metered is covered by its link MAC, so that a package that somebody
/// removes from the store lets nobody sign without one.
/// </summary>
public sealed class PackageAdministration
{
    /// <summary>Most transactions of one grant.</summary>
    public const int GrantLimit = 100_000_000;

    private readonly Store _store;
    private readonly CommitLoop _loop;
    private readonly CredentialLink _link;
    private readonly Packages _packages;
    private readonly TimeProvider _time;

    /// <summary>Composes it.</summary>
    public PackageAdministration(
        Store store, CommitLoop loop, CredentialLink link, Packages packages, TimeProvider time)
    {
        _store = store;
        _loop = loop;
        _link = link;
        _packages = packages;
        _time = time;
    }

    /// <summary>Grants transactions: to the present package while it is valid, else as a new one.</summary>
    /// <param name="credentialId">The credential.</param>
    /// <param name="count">Transactions, 1 to <see cref="GrantLimit"/>; one per signature.</param>
    /// <param name="from">Start of a new package's validity; null for now.</param>
    /// <param name="until">End of the validity; null for that of the certificate.</param>
    /// <param name="cancellationToken">Cancels before the commit only.</param>
    /// <exception cref="ProvisioningException">Refused; nothing has changed.</exception>
    public async Task<PackageRow> GrantAsync(
        Guid credentialId,
        int count,
        DateTimeOffset? from,
        DateTimeOffset? until,
        CancellationToken cancellationToken)
        => await GrantAsync(credentialId, new PackageGrant(count, from, until), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Grants transactions: to the present package while it is valid, else as a new one.</summary>
    /// <param name="credentialId">The credential.</param>
    /// <param name="grant">How many, for how long, on which order.</param>
    /// <param name="cancellationToken">Cancels before the commit only.</param>
    /// <returns>The package; that of the first time when the order was granted before.</returns>
    /// <exception cref="ProvisioningException">Refused; nothing has changed.</exception>
    public async Task<PackageRow> GrantAsync(
        Guid credentialId, PackageGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return await _loop
            .WriteAsync(connection => GrantOrder(connection, credentialId, grant), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Withdraws the credential's package; it signs no more until another is granted.</summary>
    /// <returns>The package with what was left of it.</returns>
    /// <exception cref="ProvisioningException">There is none.</exception>
    public async Task<PackageRow> CancelAsync(Guid credentialId, CancellationToken cancellationToken)
        => await _loop
            .WriteAsync(connection => _packages.Cancel(connection, credentialId, Now()), cancellationToken)
            .ConfigureAwait(false)
            ?? throw new ProvisioningException($"Credential {credentialId:D} has no active package.");

    /// <summary>A credential's packages, oldest first.</summary>
    public IReadOnlyList<PackageRow> List(Guid credentialId)
        => _store.Read(credentialId, static (connection, id) => connection.Packages.List(id));

    /// <summary>The same, in the caller's commit.</summary>
    public PackageRow Grant(StoreConnection connection, Guid credentialId, PackageGrant grant)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(grant);
        var count = grant.Count;
        if (count is < 1 or > GrantLimit)
        {
            throw new ProvisioningException(FormattableString.Invariant(
                $"A grant has 1 to {GrantLimit} transactions, not {count}."));
        }

        var now = Now();
        var credential = connection.Credentials.Find(credentialId)
            ?? throw new ProvisioningException($"There is no credential {credentialId:D}; see `credential list`.");
        if (!_link.Verify(credential))
        {
            throw new ProvisioningException(
                $"The row of credential {credentialId:D} was changed behind the appliance's back; restore the store.");
        }

        var start = grant.From?.ToUnixTimeMilliseconds() ?? now;
        var end = grant.Until?.ToUnixTimeMilliseconds() ?? EndOf(credential, grant.Plan, start);
        if (end <= now || end <= start)
        {
            throw new ProvisioningException("A package ends after its start and in the future; give --until.");
        }

        if (!credential.Metered)
        {
            var metered = credential with { Metered = true };
            connection.Credentials.SetPolicies(metered with { LinkMac = _link.Compute(metered) });
        }

        try
        {
            return _packages.Grant(
                connection, credentialId, count, start, end, now, grant.Plan?.Size ?? 0)
                ?? throw new ProvisioningException(
                    "The row of the present package was changed behind the appliance's back; cancel it, then grant.");
        }
        catch (OverflowException error)
        {
            throw new ProvisioningException("The package would have more transactions than can be counted.", error);
        }
    }

    /// <summary>An order that was granted before is answered as then: whoever sells may send it again.</summary>
    private PackageRow GrantOrder(StoreConnection connection, Guid credentialId, PackageGrant grant)
    {
        if (grant.OrderId is not { } orderId)
        {
            return Grant(connection, credentialId, grant);
        }

        if (orderId.Length is 0 or > PackageGrant.OrderIdLimit || orderId.Any(char.IsControl))
        {
            throw new ProvisioningException(FormattableString.Invariant(
                $"The id of an order has 1 to {PackageGrant.OrderIdLimit} characters and no control characters."));
        }

        if (connection.PackageOrders.Find(orderId) is { } known)
        {
            return known.CredentialId == credentialId && known.Count == grant.Count
                && connection.Packages.TryFind(known.PackageId, out var package)
                    ? package
                    : throw new ProvisioningException(
                        "This order was granted before, to another credential or with another count.");
        }

        var granted = Grant(connection, credentialId, grant);
        connection.PackageOrders.Insert(
            new PackageOrderRow(orderId, credentialId, granted.Id, grant.Count, Now()));
        return granted;
    }

    /// <summary>
    /// A package serves as long as the certificate does (service-behaviours I3), a plan's no longer than its years.
    /// </summary>
    private static long EndOf(CredentialRow credential, PackagePlan? plan, long start)
    {
        if (plan is null)
        {
            return credential.NotAfter;
        }

        var end = DateTimeOffset.FromUnixTimeMilliseconds(start).AddYears(plan.Years).ToUnixTimeMilliseconds();
        return credential.State == CredentialState.Pending ? end : Math.Min(end, credential.NotAfter);
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
