using Appliance.Ledger;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>Reads all that is kept of a signer.</summary>
internal static class SignerExport
{
    private const int Page = 5_000;
    private const int MostRecords = 200_000;

    public static SignerExportDocument Read(Workbench bench, SignerRow signer, DateTimeOffset now)
    {
        var audit = ReadAudit(bench, signer, out var truncated);
        var contacts = bench.Composition.Contacts;
        return bench.Store.Read(connection => new SignerExportDocument
        {
            ExportedAt = now,
            Id = signer.Id,
            User = signer.UserName,
            Name = signer.DisplayName,
            State = signer.State.ToString().ToLowerInvariant(),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(signer.CreatedAt),
            HasPassword = signer.Password is not null,
            HasPin = connection.Pins.Find(signer.Id) is not null,
            Contact = contacts.Find(connection, signer.Id, out _) is { } contact
                ? new ContactDocument(signer.Id, signer.UserName, contact.Email, contact.Phone, contact.Language)
                : null,
            Profiles = [.. connection.Profiles.ListBySigner(signer.Id).Select(Describe)],
            Credentials =
            [
                .. ListCredentials(connection, signer.Id).Select(row => Describe(connection, row, signer, now)),
            ],
            Authenticator = connection.Factors.FindBySigner(signer.Id) is { } factor ? Describe(factor) : null,
            MessagesWaiting = connection.Notices.CountBySigner(signer.Id),
            Signatures = Sum(audit, AuditEvent.SignHashDone),
            Authorisations = audit.LongCount(record => IsOk(record, AuditEvent.AuthorizeOk)),
            Audit = audit,
            AuditTruncated = truncated,
        });
    }

    private static List<AuditDocument> ReadAudit(Workbench bench, SignerRow signer, out bool truncated)
    {
        var records = new List<AuditDocument>();
        long? after = null;
        while (true)
        {
            var from = after;
            var page = bench.Store.Read(connection => AuditTrail.Read(connection, new AuditQuery
            {
                SignerId = signer.Id, OldestFirst = true, After = from, Limit = Page,
            }));
            records.AddRange(page.Select(entry => AuditCommands.Describe(entry, _ => signer.UserName)));
            truncated = records.Count >= MostRecords;
            if (page.Count < Page || truncated)
            {
                return records;
            }

            after = page[^1].Sequence;
        }
    }

    private static IEnumerable<CredentialRow> ListCredentials(StoreConnection connection, Guid signerId)
    {
        var after = Guid.Empty;
        while (connection.Credentials.ListBySigner(signerId, after) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                yield return row;
            }

            after = page[^1].Id;
        }
    }

    private static ExportedProfile Describe(ProfileRow row) => new(
        row.Id,
        row.Kind.ToString().ToLowerInvariant(),
        row.Name,
        DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt));

    private static ExportedCredential Describe(
        StoreConnection connection, CredentialRow row, SignerRow signer, DateTimeOffset now) => new()
        {
            Credential = CredentialCommands.Describe(row, signer.UserName),
            PublicKey = Convert.ToBase64String(row.PublicKey),
            ErasedCertificates =
            [
                .. connection.Credentials.ListCertificateDigests(row.Id).Select(Convert.ToHexStringLower),
            ],
            Packages =
            [
                .. connection.Packages.List(row.Id).Select(package => PackageCommands.Describe(package, now)),
            ],
        };

    private static ExportedFactor Describe(FactorRow row) => new(
        row.Id,
        row.State.ToString().ToLowerInvariant(),
        row.Digits,
        row.Period,
        DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt));

    private static long Sum(List<AuditDocument> audit, AuditEvent happened)
        => audit.Where(record => IsOk(record, happened)).Sum(record => (long)record.Count);

    private static bool IsOk(AuditDocument record, AuditEvent happened)
        => record.Event == AuditEvents.NameOf(happened) && record.Outcome == "ok";
}
