using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// Tells signers that wrong codes have locked their authenticator, with a link that lets them pair again: to the
/// address in the certificate (service-behaviours C8), else to that of the contact. In the transaction that locks, so
/// that no lock goes untold.
/// </summary>
public sealed class LockNotice
{
    private readonly OneTimeLinks _links;
    private readonly Notices _notices;
    private readonly Contacts _contacts;
    private readonly LinkAddresses _addresses;
    private readonly Func<StoreConnection, Guid, string?> _certificateAddress;

    /// <summary>Makes the notice.</summary>
    /// <param name="links">Makes the link.</param>
    /// <param name="notices">Sends it.</param>
    /// <param name="contacts">Where a signer is reached when its certificate does not say.</param>
    /// <param name="addresses">Where links lead, and how long they last.</param>
    /// <param name="certificateAddress">The e-mail address in the signer's certificate, or null.</param>
    public LockNotice(
        OneTimeLinks links,
        Notices notices,
        Contacts contacts,
        LinkAddresses addresses,
        Func<StoreConnection, Guid, string?> certificateAddress)
    {
        ArgumentNullException.ThrowIfNull(links);
        ArgumentNullException.ThrowIfNull(notices);
        ArgumentNullException.ThrowIfNull(contacts);
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentNullException.ThrowIfNull(certificateAddress);
        _links = links;
        _notices = notices;
        _contacts = contacts;
        _addresses = addresses;
        _certificateAddress = certificateAddress;
    }

    /// <summary>Writes the message; does nothing for a signer that has no address at all.</summary>
    public void Send(StoreConnection connection, Guid signerId)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var contact = _contacts.Find(connection, signerId, out _);
        if ((_certificateAddress(connection, signerId) ?? contact?.Email) is not { } to)
        {
            return;
        }

        var life = _addresses.InvitationLife;
        var text = _links.Issue(connection, signerId, LinkPurpose.Pairing, null, life);
        _notices.Enqueue(connection, _addresses.Message(
            signerId, NoticeKind.FactorLocked, LinkPurpose.Pairing, text, to, contact?.Language, life));
    }
}
