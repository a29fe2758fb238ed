using System.Globalization;
using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Server.Options;
using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>Tells signers that their transactions run out, in the transaction that comes down to a threshold.</summary>
internal sealed class PackageNotices(Contacts contacts, Notices notices)
{
    /// <summary>How transactions are counted here.</summary>
    public static PackageOptions Create(Composition composition, PackageSettings settings) => new()
    {
        LowPercents = PackageRules.LowPercents(settings),
        Low = new PackageNotices(composition.Contacts, composition.Notices).Tell,
        TlsLoginsFree = settings.TlsLoginsFree,
        CoverLifetime = TimeSpan.FromHours(settings.CoverHours),
        Imprints = PackageRules.Imprints(settings),
    };

    /// <summary>
    /// To the address of the credential's signer, whoever asked for the signature. Without an address the audit trail
    /// alone tells it.
    /// </summary>
    public void Tell(StoreConnection connection, PackageLow low)
    {
        var signerId = connection.Credentials.Find(low.Package.CredentialId)?.SignerId ?? low.SignerId;
        if (contacts.Find(connection, signerId, out _) is not { Email: { } email } contact)
        {
            return;
        }

        notices.Enqueue(connection, new Notice(
            signerId,
            NoticeKind.PackageLow,
            NoticeChannel.Email,
            email,
            contact.Language,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["remaining"] = low.Package.Remaining.ToString(CultureInfo.InvariantCulture),
                ["total"] = low.Package.Total.ToString(CultureInfo.InvariantCulture),
                ["credential"] = low.Package.CredentialId.ToString("D"),
            }));
    }
}
