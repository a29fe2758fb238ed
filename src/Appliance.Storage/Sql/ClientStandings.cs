namespace Appliance.Storage.Sql;

/// <summary>
/// How both stores tell whether the client k may use what activation a is for, in the numbers of
/// <see cref="ClientStanding"/>.
/// </summary>
internal static class ClientStandings
{
    public const string Select =
        "SELECT CASE WHEN k.state <> 0 THEN 2 WHEN k.reach = 2 THEN 0 " +
        "WHEN k.reach = 1 AND k.organisation_id = a.signer_id THEN 0 " +
        "WHEN EXISTS (SELECT 1 FROM client_credential l " +
        "WHERE l.client_id = k.id AND l.credential_id = a.credential_id) THEN 0 ELSE 3 END FROM client k";
}
