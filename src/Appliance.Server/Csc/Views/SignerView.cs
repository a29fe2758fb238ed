using System.Globalization;
using Appliance.Ledger;
using Appliance.Server.Csc.Answers;
using Appliance.Storage;

namespace Appliance.Server.Csc.Views;

/// <summary>A signer's account as its holder sees it.</summary>
internal static class SignerView
{
    /// <summary>The profiles with these credentials; all that there are where the caller may know all.</summary>
    public static ProfilesAnswer Profiles(
        StoreConnection connection, Guid signerId, IReadOnlyList<CredentialRow> credentials, bool isWhole)
    {
        var limited = connection.Signers.Find(signerId)?.State != SignerState.Active;
        return new ProfilesAnswer(
            signerId.ToString("D"),
            limited ? "limited" : "active",
            [
                .. connection.Profiles.ListBySigner(signerId)
                    .Where(profile => isWhole || credentials.Any(row => row.ProfileId == profile.Id))
                    .Select(profile => new ProfileAnswer(
                        profile.Id.ToString("D"),
                        KindOf(profile.Kind),
                        profile.Name,
                        profile.OrganisationId?.ToString("D"),
                        profile.OrganisationId is { } id ? connection.Organisations.Find(id)?.Name : null,
                        profile.EndedAt is null ? "active" : "ended",
                        TimeOf(profile.CreatedAt),
                        [
                            .. credentials.Where(row => row.ProfileId == profile.Id)
                                .Select(row => row.Id.ToString("D")),
                        ])),
            ]);
    }

    /// <summary>The packages of these credentials.</summary>
    public static PackagesAnswer Packages(
        StoreConnection connection, Guid signerId, IReadOnlyList<CredentialRow> credentials, DateTimeOffset now)
        => new(
            signerId.ToString("D"),
            [
                .. credentials
                    .Where(row => row.Metered)
                    .Select(row => PackageOf(connection, row.Id, now)),
            ]);

    public static HistoryAnswer History(StoreConnection connection, AuditQuery query)
    {
        var entries = AuditTrail.Read(connection, query);
        return new HistoryAnswer(
            [
                .. entries.Select(entry => new HistoryRecordAnswer(
                    TimeOf(entry.Record.At),
                    entry.EventName,
                    OutcomeOf(entry.Record.Outcome),
                    entry.Record.CredentialId?.ToString("D"),
                    entry.Record.ClientId is { } client && client != Guid.Empty ? client.ToString("D") : null,
                    entry.Record.RequestId?.ToString("D"),
                    entry.Record.Count,
                    entry.Record.Digest.ToArray())),
            ],
            entries.Count < query.Limit ? null : entries[^1].Sequence.ToString(CultureInfo.InvariantCulture));
    }

    private static PackageAnswer PackageOf(StoreConnection connection, Guid credentialId, DateTimeOffset now)
    {
        var all = connection.Packages.List(credentialId);
        if (all.Count == 0)
        {
            return new PackageAnswer(credentialId.ToString("D"), "none", null, 0, 0, null, null);
        }

        var row = all.FirstOrDefault(package => package.State == PackageState.Active, all[^1]);
        return new PackageAnswer(
            credentialId.ToString("D"),
            row.State == PackageState.Active && row.ValidUntil <= now.ToUnixTimeMilliseconds()
                ? "expired"
                : row.State.ToString().ToLowerInvariant(),
            row.Plan == 0 ? null : row.Plan,
            row.Total,
            row.Remaining,
            TimeOf(row.ValidFrom),
            TimeOf(row.ValidUntil));
    }

    private static string KindOf(ProfileKind kind) => kind switch
    {
        ProfileKind.Employee => "employee",
        ProfileKind.Representative => "representative",
        ProfileKind.Organisation => "organisation",
        _ => "person",
    };

    private static string OutcomeOf(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Ok => "ok",
        AuditOutcome.Refused => "refused",
        AuditOutcome.Failed => "failed",
        _ => "in-doubt",
    };

    private static string TimeOf(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
