namespace Appliance.Ledger.Tests;

public class AuditTrailTests
{
    [Fact]
    public async Task Pages_go_on_where_the_last_one_ended_in_both_directions()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        await AppendAsync(ledger, 25);

        foreach (var oldestFirst in new[] { true, false })
        {
            var seen = new List<int>();
            AuditEntry? last = null;
            do
            {
                var page = ledger.Store.Read(c => AuditTrail.Read(
                    c, new AuditQuery { OldestFirst = oldestFirst, After = last?.Sequence, Limit = 10 }));
                seen.AddRange(page.Select(e => e.Record.Count));
                last = page.Count > 0 ? page[^1] : null;
            }
            while (last is not null);

            var expected = Enumerable.Range(0, 25);
            Assert.Equal(oldestFirst ? expected : expected.Reverse(), seen);
        }
    }

    [Fact]
    public async Task Records_are_filtered_by_signer_credential_request_and_event()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var wanted = new AuditRecord
        {
            At = 7,
            Event = AuditEvent.FactorLocked,
            Outcome = AuditOutcome.Refused,
            SignerId = LedgerFixture.NewId(),
            CredentialId = LedgerFixture.NewId(),
            RequestId = LedgerFixture.NewId(),
            Detail = "five wrong codes",
        };
        await AppendAsync(ledger, 3);
        await ledger.Loop.WriteAsync(
            c =>
            {
                AuditTrail.Append(c, wanted);
                return 0;
            },
            TestContext.Current.CancellationToken);
        await AppendAsync(ledger, 3);

        foreach (var query in new[]
        {
            new AuditQuery { SignerId = wanted.SignerId },
            new AuditQuery { CredentialId = wanted.CredentialId },
            new AuditQuery { RequestId = wanted.RequestId },
            new AuditQuery { Event = AuditEvent.FactorLocked },
        })
        {
            var entry = Assert.Single(ledger.Store.Read(c => AuditTrail.Read(c, query)));
            Assert.Equal("factor.locked", entry.EventName);
            Assert.Equal(wanted with { Digest = entry.Record.Digest }, entry.Record);
            Assert.True(entry.Record.Digest.IsEmpty);
        }
    }

    [Fact]
    public void Every_event_has_a_name_of_its_own_that_leads_back_to_it()
    {
        var events = Enum.GetValues<AuditEvent>();

        Assert.Equal(events, events.Select(e => AuditEvents.Parse(AuditEvents.NameOf(e))));
        Assert.Equal(AuditEvent.Unknown, AuditEvents.Parse("from.the.future"));
        Assert.Equal("signhash.intent", AuditEvents.NameOf(AuditEvent.SignHashIntent));
        Assert.Equal("login.failed", AuditEvents.NameOf(AuditEvent.LoginFailed));
    }

    private static async Task AppendAsync(LedgerFixture ledger, int count) => await ledger.Loop.WriteAsync(
        c =>
        {
            for (var i = 0; i < count; i++)
            {
                AuditTrail.Append(c, new AuditRecord { At = i, Event = AuditEvent.LoginOk, Count = i });
            }

            return 0;
        },
        TestContext.Current.CancellationToken);
}
