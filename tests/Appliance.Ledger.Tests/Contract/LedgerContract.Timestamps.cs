using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_failed_time_stamp_gives_its_transaction_back_and_an_issued_one_keeps_it()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 2);

        var failed = await ledger.Node.StampAsync(Claim(ledger, Imprint()), ledger.Now);
        Assert.Equal((TimestampTaking.Counted, 1), (failed.Taking, LeftOf(ledger)));
        await failed.FailAsync();
        Assert.Equal(2, LeftOf(ledger));

        var issued = await ledger.Node.StampAsync(Claim(ledger, Imprint()), ledger.Now);
        await issued.IssueAsync();
        Assert.Equal(1, LeftOf(ledger));

        // One request, one id: intent, who paid, and how it ended.
        Assert.Equal(
            [AuditEvent.TimestampCounted, AuditEvent.TimestampIntent, AuditEvent.TimestampFailed],
            EventsOf(ledger, failed));
        Assert.Equal(
            [AuditEvent.TimestampCounted, AuditEvent.TimestampIntent, AuditEvent.TimestampIssued],
            EventsOf(ledger, issued));
    }

    [Fact]
    public async Task A_failed_time_stamp_leaves_the_signature_that_paid_to_cover_another_by_any_algorithm()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        ledger.Activations.Packages.Options = new PackageOptions { Imprints = Enum.GetValues<ImprintAlgorithm>() };
        var signature = await SignPaidAsync(ledger);

        foreach (var algorithm in Enum.GetValues<ImprintAlgorithm>())
        {
            var scene = await ledger.Node.StampAsync(
                Claim(ledger, Hash(algorithm, signature), algorithm), ledger.Now);
            Assert.Equal(TimestampTaking.Covered, scene.Taking);
            await scene.FailAsync();
        }

        var last = await ledger.Node.StampAsync(Claim(ledger, SHA256.HashData(signature)), ledger.Now);
        await last.IssueAsync();
        Assert.Equal(TimestampTaking.Covered, last.Taking);
        Assert.Equal(
            TimestampTaking.Counted, await StampAsync(ledger, ImprintAlgorithm.Sha384, SHA384.HashData(signature)));
        Assert.Equal(3, LeftOf(ledger));
    }

    [Fact]
    public async Task A_signature_that_is_given_back_is_kept_no_longer_than_before()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5, until: ledger.Now + 1_000_000_000);
        ledger.Activations.Packages.Options = new PackageOptions { CoverLifetime = TimeSpan.FromHours(1) };
        var signature = await SignPaidAsync(ledger);

        ledger.Time.Advance(TimeSpan.FromMinutes(59));
        var scene = await ledger.Node.StampAsync(Claim(ledger, SHA256.HashData(signature)), ledger.Now);
        await scene.FailAsync();
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(TimestampTaking.Covered, scene.Taking);
        Assert.Equal(
            TimestampTaking.Counted, await StampAsync(ledger, ImprintAlgorithm.Sha256, SHA256.HashData(signature)));
    }

    [Fact]
    public async Task A_client_has_as_many_time_stamps_on_a_day_as_it_may_and_new_ones_on_the_next()
    {
        await using var ledger = await StartAsync();
        for (var day = 0; day < 2; day++)
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 3)).Refusal);
            }

            Assert.Equal(TimestampRefusal.QuotaExceeded, (await StampOfAsync(ledger, perDay: 3)).Refusal);
            Assert.Equal(3, UsedOf(ledger));
            ledger.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(2, ledger.Audit(AuditEvent.TimestampRefused).Count(
            entry => entry.Record is { Detail: "QuotaExceeded, unit test", Outcome: AuditOutcome.Refused } record
                && record.ClientId == ledger.Client));
        Assert.Equal(6, ledger.Audit(AuditEvent.TimestampIntent).Count);

        // A higher limit counts on from what was had.
        Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 1)).Refusal);
        Assert.Equal(TimestampRefusal.QuotaExceeded, (await StampOfAsync(ledger, perDay: 1)).Refusal);
        Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 2)).Refusal);
        Assert.Equal(2, UsedOf(ledger));
    }

    [Fact]
    public async Task A_failed_time_stamp_gives_its_count_back_on_its_own_day_only()
    {
        await using var ledger = await StartAsync();
        await (await StampOfAsync(ledger, perDay: 1)).FailAsync();
        Assert.Equal(0, UsedOf(ledger));
        var late = await StampOfAsync(ledger, perDay: 1);
        Assert.Equal(TimestampRefusal.None, late.Refusal);

        ledger.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 1)).Refusal);
        await late.FailAsync();

        Assert.Equal(1, UsedOf(ledger));
        Assert.Equal(TimestampRefusal.QuotaExceeded, (await StampOfAsync(ledger, perDay: 1)).Refusal);
    }

    [Fact]
    public async Task What_a_client_had_is_counted_on_after_a_restart()
    {
        await using var ledger = await StartAsync();
        await (await StampOfAsync(ledger, perDay: 2)).IssueAsync();
        await StampOfAsync(ledger, perDay: 2);

        // The second one's process died before it was settled: it stays counted.
        await ledger.RestartAsync();

        Assert.Equal(TimestampRefusal.QuotaExceeded, (await StampOfAsync(ledger, perDay: 2)).Refusal);
        Assert.Equal(2, UsedOf(ledger));
    }

    [Fact]
    public async Task A_clock_that_is_a_little_ahead_begins_the_day_for_all_and_one_far_off_decides_nothing()
    {
        await using var ledger = await StartAsync();
        var day = TimeSpan.FromDays(1);
        ledger.Time.Advance(day);
        Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 2)).Refusal);
        ledger.Time.Advance(-day);
        Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 2)).Refusal);
        Assert.Equal(TimestampRefusal.QuotaExceeded, (await StampOfAsync(ledger, perDay: 2)).Refusal);

        ledger.Time.Advance(2_000 * day);
        Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 1)).Refusal);
        ledger.Time.Advance(-2_000 * day);
        Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 1)).Refusal);
        Assert.Equal(TimestampRefusal.QuotaExceeded, (await StampOfAsync(ledger, perDay: 1)).Refusal);
    }

    [Fact]
    public async Task A_refusal_has_taken_neither_transaction_nor_count_nor_signature()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 1);
        var signature = await SignPaidAsync(ledger);
        var claim = Claim(ledger, Imprint());

        // The package is used up: the day's count is as before.
        var exhausted = await ledger.Node.StampAsync(claim with { Standing = Allows(5), HasQuota = true }, ledger.Now);
        Assert.Equal(TimestampRefusal.PackageExhausted, exhausted.Refusal);
        Assert.Equal(0, UsedOf(ledger));

        // The day's count is used up: the signature that would have paid is still there.
        await StampOfAsync(ledger, perDay: 1);
        var covered = claim with { Imprint = SHA256.HashData(signature) };
        var counted = await ledger.Node.StampAsync(
            covered with { Standing = Allows(1), HasQuota = true }, ledger.Now);
        Assert.Equal(TimestampRefusal.QuotaExceeded, counted.Refusal);

        // It may not any more: as before.
        var stopped = await ledger.Node.StampAsync(
            covered with { Standing = static _ => new TimestampStanding(TimestampRefusal.NotAllowed) }, ledger.Now);
        Assert.Equal(TimestampRefusal.NotAllowed, stopped.Refusal);
        Assert.Equal(TimestampIntentStatus.Refused, stopped.Status);

        var good = await ledger.Node.StampAsync(covered, ledger.Now);
        Assert.Equal((TimestampRefusal.None, TimestampTaking.Covered), (good.Refusal, good.Taking));
        Assert.Equal(
            ["PackageExhausted", "QuotaExceeded", "NotAllowed"],
            ledger.Audit(AuditEvent.TimestampRefused).Select(entry => entry.Record.Detail!.Split(',')[0]),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_unit_that_requires_a_transaction_stamps_what_is_paid_for_and_nothing_else()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 2);
        var signature = await SignPaidAsync(ledger);
        var claim = Claim(ledger, SHA256.HashData(signature)) with { RequireTransaction = true };

        var covered = await ledger.Node.StampAsync(claim, ledger.Now);
        var counted = await ledger.Node.StampAsync(claim, ledger.Now);
        var free = await ledger.Node.StampAsync(claim with { Credentials = static _ => [] }, ledger.Now);
        var nobodys = await ledger.Node.StampAsync(claim with { SignerId = null }, ledger.Now);

        Assert.Equal((TimestampRefusal.None, TimestampTaking.Covered), (covered.Refusal, covered.Taking));
        Assert.Equal((TimestampRefusal.None, TimestampTaking.Counted), (counted.Refusal, counted.Taking));
        Assert.Equal(TimestampRefusal.NoTransaction, free.Refusal);
        Assert.Equal(TimestampRefusal.NoTransaction, nobodys.Refusal);
        Assert.Equal(0, LeftOf(ledger));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_decided_again_after_a_rollback_is_taken_once_and_given_back_once(bool constraint)
    {
        // One transaction, however slow the machine: else the poison may stand first in the next one, alone.
        await using var ledger = await StartAsync(
            new CommitLoopOptions { MaxApplyTime = TimeSpan.FromMinutes(1) });
        await GrantAsync(ledger, 40);
        var signatures = new List<byte[]>();
        for (var i = 0; i < 8; i++)
        {
            signatures.Add(await SignPaidAsync(ledger));
        }

        var signer = ledger.Store.Read(c => c.Signers.Find(ledger.Signer)!);
        var decisions = 0;
        using var filled = new ManualResetEventSlim();
        var first = ledger.WriteAsync(_ => filled.Wait(
            TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        var scenes = signatures.SelectMany(signature => new[] { signature, Imprint() }).Select(value => Enqueue(
            SHA256.HashData(value))).ToList();
        var poisoned = ledger.WriteAsync(c => constraint ? Insert(c) : throw new InvalidDataException("poison"));
        scenes.AddRange(signatures.Select(SHA256.HashData).Select(Enqueue));
        filled.Set();
        await first;
        await Assert.ThrowsAnyAsync<Exception>(() => poisoned);
        await Task.WhenAll(scenes.Select(scene => scene.DecidedAsync()));

        // The poison made all of them be decided more than once.
        Assert.InRange(decisions, scenes.Count + 1, int.MaxValue);
        Assert.All(scenes, scene => Assert.Equal(TimestampRefusal.None, scene.Refusal));
        Assert.Equal(8, scenes.Count(scene => scene.Taking == TimestampTaking.Covered));
        Assert.Equal((16, 24), (32 - LeftOf(ledger), UsedOf(ledger)));

        await Task.WhenAll(scenes.Select(scene => scene.FailAsync()));
        Assert.Equal((32, 0), (LeftOf(ledger), UsedOf(ledger)));
        foreach (var signature in signatures)
        {
            Assert.Equal(
                TimestampTaking.Covered, await StampAsync(ledger, ImprintAlgorithm.Sha256, SHA256.HashData(signature)));
        }

        TimestampScene Enqueue(byte[] imprint)
        {
            var claim = Claim(ledger, imprint) with
            {
                HasQuota = true,
                Standing = _ =>
                {
                    decisions++;
                    return new TimestampStanding(TimestampRefusal.None, 100);
                },
            };
            var scene = new TimestampScene(ledger.Loop, claim.On(ledger.Activations.Packages));
            scene.Enqueue(claim, ledger.Now);
            return scene;
        }

        int Insert(StoreConnection connection)
        {
            connection.Signers.Insert(signer with { DisplayName = "Another of this name" });
            return 0;
        }
    }

    private static byte[] Imprint() => RandomNumberGenerator.GetBytes(32);

    private static Func<StoreConnection, TimestampStanding> Allows(int perDay)
        => _ => new TimestampStanding(TimestampRefusal.None, perDay);

    /// <summary>A client's own time stamp, of no signer.</summary>
    private protected static Task<TimestampScene> StampOfAsync(
        LedgerFixture ledger, int perDay, LedgerNode? node = null)
        => (node ?? ledger.Node).StampAsync(
            Claim(ledger, Imprint()) with { SignerId = null, Standing = Allows(perDay), HasQuota = true }, ledger.Now);

    private protected static int UsedOf(LedgerFixture ledger)
        => ledger.Store.Read(c => c.TimestampQuotas.Find(ledger.Client))?.Used ?? 0;

    private static IEnumerable<AuditEvent> EventsOf(LedgerFixture ledger, TimestampScene scene)
        => ledger.Audit().Where(entry => entry.Record.RequestId == scene.RequestId).Select(entry => entry.Record.Event);
}
