using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Appliance.Ledger;
using Appliance.Load.Timestamps;
using Appliance.Storage;

namespace Appliance.Load.Ratio;

/// <summary>Stops the appliance and holds what clients got against what its store says.</summary>
internal static class AgreementCheck
{
    /// <summary>
    /// The answers, the consumed occurrences and the audit records are the same signatures; 1 % verify. What was not
    /// measured is null. With failures there are intents without a signature, and hashes may be spent.
    /// </summary>
    public static async Task<int> RunAsync(
        Fixture fixture,
        Tallies? tallies,
        string storePath,
        StampTallies? stamps = null,
        bool withFailures = false)
    {
        using (var server = Process.GetProcessById(fixture.ProcessId))
        {
            using var kill = Process.Start("kill", ["-TERM", fixture.ProcessId.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await server.WaitForExitAsync();
        }

        using var store = Store.Open(new StoreOptions { Path = storePath, TimeProvider = TimeProvider.System });
        var tally = store.Read(connection => connection.Activations.Tally());
        var issued = new StampAgreement();
        var (intents, done) = store.Read(connection => CountAudit(connection, issued));
        var agree = tallies is null || Print(tallies, tally, intents, done, withFailures);
        return (stamps is null || issued.Print(stamps)) && agree ? 0 : 1;
    }

    private static bool Print(Tallies tallies, ActivationTally tally, long intents, long done, bool withFailures)
    {
        var verified = tallies.Samples.Count(sample => sample.Verifies());
        var agree = tallies.Signatures == tallies.Distinct
            && tallies.Signatures == tally.Consumed
            && (withFailures ? intents >= tallies.Signatures : tallies.Signatures == intents)
            && tallies.Signatures == done
            && tally.Reserved == 0
            && (withFailures || tally.Spent == 0)
            && verified == tallies.Samples.Count;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            check = agree ? "agree" : "DISAGREE",
            answers = tallies.Signatures,
            distinct = tallies.Distinct,
            consumed = tally.Consumed,
            reserved = tally.Reserved,
            spent = tally.Spent,
            auditIntents = intents,
            auditDone = done,
            sampled = tallies.Samples.Count,
            verified,
        }));
        return agree;
    }

    private static (long Intents, long Done) CountAudit(StoreConnection connection, StampAgreement issued)
    {
        const int PageSize = 10_000;
        var (intents, done) = (0L, 0L);
        long? after = null;
        while (true)
        {
            var page = AuditTrail.Read(
                connection, new AuditQuery { OldestFirst = true, After = after, Limit = PageSize });
            foreach (var entry in page)
            {
                issued.Count(entry.Record);
                intents += entry.Record.Event == AuditEvent.SignHashIntent ? entry.Record.Count : 0;
                done += entry.Record.Event == AuditEvent.SignHashDone ? entry.Record.Count : 0;
            }

            if (page.Count < PageSize)
            {
                return (intents, done);
            }

            after = page[^1].Sequence;
        }
    }
}
