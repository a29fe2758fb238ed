namespace Appliance.Ledger.Tests.Contract;

/// <summary>Finding records by what they say and by their time.</summary>
public abstract partial class LedgerContract
{
    private const string Serial = "00112233445566778899AABBCCDDEEFF00112233";

    [Fact]
    public async Task Records_are_found_by_serial_number_digest_and_request()
    {
        await using var ledger = await LedgerFixture.StartAsync(NewStore());
        var request = Guid.NewGuid();
        byte[] digest = [1, 2, 3];
        await AppendAsync(ledger, new AuditRecord
        {
            At = ledger.Now,
            Event = AuditEvent.TimestampIntent,
            RequestId = request,
            Digest = digest,
            Detail = $"unit a serial {Serial} policy 1.2.3 hash SHA256",
        });
        await AppendAsync(ledger, new AuditRecord
        {
            At = ledger.Now,
            Event = AuditEvent.TimestampIssued,
            RequestId = request,
            Digest = digest,
            Detail = $"serial {Serial} time 2026-11-21T16:00:00.000000Z",
        });
        await AppendAsync(ledger, new AuditRecord { At = ledger.Now, Event = AuditEvent.LoginOk });

        AuditQuery[] queries =
        [
            new() { Serial = Serial, OldestFirst = true },
            new() { Digest = digest, OldestFirst = true },
            new() { RequestId = request, OldestFirst = true },
            new() { Serial = Serial, OldestFirst = true, From = ledger.Now - 1, To = ledger.Now + 1 },
        ];

        Assert.All(queries, query => Assert.Equal(
            [AuditEvent.TimestampIntent, AuditEvent.TimestampIssued],
            ledger.Read(query).Select(entry => entry.Record.Event)));
        Assert.Empty(ledger.Read(new AuditQuery { Serial = "F" + Serial[1..] }));
        Assert.Empty(ledger.Read(new AuditQuery { Digest = [1, 2] }));
        Assert.Empty(ledger.Read(new AuditQuery { Serial = Serial, To = ledger.Now }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_of_a_time_are_found_in_all_chains(bool oldestFirst)
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var start = scene.Ledger.Now;
        for (var minute = 0; minute < 60; minute++)
        {
            if (minute % 20 == 19)
            {
                await scene.Ledger.RestartAsync();
            }

            scene.Ledger.Time.Advance(TimeSpan.FromMinutes(1));
            await scene.AppendAsync(3);
        }

        foreach (var (from, to) in new[] { (0, 5), (10, 25), (18, 42), (59, 70), (70, 80), (-9, 99) })
        {
            var query = new AuditQuery { OldestFirst = oldestFirst, Event = AuditEvent.LoginOk, Limit = 10_000 };
            var expected = scene.Ledger.Read(query)
                .Where(entry => entry.Record.At >= start + (from * 60_000) && entry.Record.At < start + (to * 60_000));
            var found = scene.Ledger.Read(
                query with { From = start + (from * 60_000), To = start + (to * 60_000) });

            Assert.Equal(expected.Select(entry => entry.Sequence), found.Select(entry => entry.Sequence));
            Assert.Equal(
                found.Take(2).Select(entry => entry.Sequence),
                scene.Ledger.Read(query with { From = start + (from * 60_000), To = start + (to * 60_000), Limit = 2 })
                    .Select(entry => entry.Sequence));
        }
    }

    private static Task<bool> AppendAsync(LedgerFixture ledger, AuditRecord record) => ledger.WriteAsync(store =>
    {
        AuditTrail.Append(store, record);
        return true;
    });
}
