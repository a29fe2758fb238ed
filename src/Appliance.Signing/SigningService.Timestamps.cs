using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>Who may have time stamps, and who pays for them.</content>
public sealed partial class SigningService
{
    /// <summary>
    /// The terms of a time stamp, for whoever makes it: they decide and take in the transaction of its intent. A signer
    /// none of whose credentials is metered pays for nothing.
    /// </summary>
    /// <param name="order">Who asks.</param>
    /// <param name="terms">The terms, of this one time stamp; null unless Ok.</param>
    /// <param name="signerId">For whom it is; null for nobody.</param>
    /// <returns>Ok, or UnknownCredential for one that is not the caller's to use.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public SigningStatus FindTimestampTerms(in TimestampOrder order, out TimestampTerms? terms, out Guid? signerId)
    {
        var caller = order.Caller;
        var credentialId = order.CredentialId;
        terms = null;
        signerId = caller.SignerId == Guid.Empty ? null : caller.SignerId;
        if (credentialId is { } named)
        {
            if (FindOwn(caller, named) is not { } credential)
            {
                return SigningStatus.UnknownCredential;
            }

            signerId = credential.SignerId;
        }

        var signer = signerId;
        terms = new TimestampTerms(_activations.Packages, new TimestampClaim
        {
            SignerId = signer,
            ClientId = caller.ClientId == Guid.Empty ? null : caller.ClientId,
            Standing = connection => DecideTimestamp(connection, caller, credentialId, signer),
            Credentials = connection => signer is { } id ? FindMetered(connection, id, credentialId) : [],
            Algorithm = order.Algorithm,
            RequireTransaction = order.RequireTransaction,
            HasQuota = caller.IsClient && PerDayOf(caller.TimestampsPerDay) > 0,
        });
        return SigningStatus.Ok;
    }

    private int PerDayOf(int said) => said == ClientRow.AsSettingSays ? _options.ClientTimestampsPerDay : said;

    /// <summary>In the transaction that takes: may client and signer have one at this moment.</summary>
    private TimestampStanding DecideTimestamp(
        StoreConnection connection, Caller caller, Guid? credentialId, Guid? signerId)
    {
        var perDay = 0;
        if (caller.IsClient)
        {
            if (_clients?.FindActive(connection, caller.ClientId) is not { } client
                || !client.Operations.HasFlag(ClientOperations.Timestamp)
                || (credentialId is { } credential && signerId is { } owner
                    && !_clients.IsInReach(connection, client, credential, owner)))
            {
                return new TimestampStanding(TimestampRefusal.NotAllowed);
            }

            perDay = PerDayOf(client.TimestampsPerDay);
        }

        return signerId is { } signer && connection.Signers.StateOf(signer) != SignerState.Active
            ? new TimestampStanding(TimestampRefusal.NotAllowed)
            : new TimestampStanding(TimestampRefusal.None, perDay);
    }

    /// <summary>A row that another hand changed counts as metered: it shall free nobody from paying.</summary>
    private List<Guid> FindMetered(StoreConnection connection, Guid signerId, Guid? credentialId)
    {
        // Somebody else's credential is as none: naming one that pays for nothing frees nobody.
        var named = credentialId is { } id ? connection.Credentials.Find(id) : null;
        IReadOnlyList<CredentialRow> rows = named?.SignerId == signerId
            ? [named]
            : connection.Credentials.ListBySigner(signerId);
        var metered = new List<Guid>();
        foreach (var row in rows)
        {
            if (row.Metered || !_isOurs(row))
            {
                metered.Add(row.Id);
            }
        }

        return metered;
    }
}
