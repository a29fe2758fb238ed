using System.Globalization;
using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Benchmarks.Scale;

/// <summary>
/// Fills a store that nobody serves: signers, each with a profile, a factor and a credential with a certificate, and
/// audit records about them. All rows have the size of real ones; none of them can sign, as their keys and MACs are
/// made up.
/// </summary>
internal static class StoreFill
{
    private const int RowsPerCommit = 10_000;
    private static readonly byte[] s_publicKey = RandomNumberGenerator.GetBytes(294);
    private static readonly byte[] s_certificate = RandomNumberGenerator.GetBytes(900);
    private static readonly byte[] s_password = RandomNumberGenerator.GetBytes(84);

    public static void Run(string path, int credentials, int auditRecords)
    {
        using var store = Store.Open(new StoreOptions { Path = path });
        var start = TimeProvider.System.GetTimestamp();
        InPages(store.Writer, credentials, number => AddCredential(store.Writer, number));
        Say($"{credentials} credentials", start);
        start = TimeProvider.System.GetTimestamp();
        InPages(store.Writer, auditRecords, number => AddAuditRecord(store.Writer, number, credentials));
        Say($"{auditRecords} audit records", start);
    }

    /// <param name="store">Where to.</param>
    /// <param name="number">Which.</param>
    /// <param name="change">Gives the credential's row a key of its own; null for one that is made up.</param>
    public static void AddCredential(
        StoreConnection store, int number, Func<CredentialRow, int, CredentialRow>? change = null)
    {
        var (signer, profile) = (FillIds.Signer(number), FillIds.Profile(number));
        var user = string.Create(CultureInfo.InvariantCulture, $"filled{number}@example.test");
        store.Signers.Insert(new SignerRow(signer, user, "A signer of many", s_password, SignerState.Active, 1));
        store.Profiles.Insert(new ProfileRow(profile, signer, ProfileKind.Person, "A signer of many", 1));
        store.Factors.Insert(new FactorRow(
            FillIds.Factor(number), signer, FactorState.Active, RandomNumberGenerator.GetBytes(60), 1, 6, 30, 0, 0, 1));
        var row = new CredentialRow(
            FillIds.Credential(number), profile, signer, RandomNumberGenerator.GetBytes(16), user, 1, s_publicKey,
            RandomNumberGenerator.GetBytes(32), [s_certificate], CredentialState.Enabled, 2, 10_000, "", 0,
            long.MaxValue, 1, 1);
        store.Credentials.Insert(change?.Invoke(row, number) ?? row);
    }

    private static void AddAuditRecord(StoreConnection store, int number, int credentials)
    {
        // Neighbours in the trail are of signers that have nothing to do with each other.
        var signer = (int)((long)number * 7_919 % credentials);
        AuditTrail.Append(store, new AuditRecord
        {
            At = number,
            Event = number % 2 == 0 ? AuditEvent.LoginOk : AuditEvent.AuthorizeOk,
            Outcome = AuditOutcome.Ok,
            SignerId = FillIds.Signer(signer),
            CredentialId = FillIds.Credential(signer),
            ActivationId = FillIds.Profile(signer),
            ClientId = FillIds.Profile(0),
            RequestId = FillIds.Factor(number % credentials),
            Count = 1,
            Digest = RandomNumberGenerator.GetBytes(32),
        });
    }

    private static void InPages(StoreConnection writer, int count, Action<int> add)
    {
        for (var first = 0; first < count; first += RowsPerCommit)
        {
            writer.Begin();
            for (var number = first; number < Math.Min(count, first + RowsPerCommit); number++)
            {
                add(number);
            }

            writer.Commit();
        }
    }

    private static void Say(string what, long start) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what} in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F0} s"));
}
