using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task What_is_undone_leaves_the_chain_as_it_was()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Ledger.WriteAsync<bool>(store =>
        {
            AuditTrail.Append(store, new AuditRecord { At = 1, Event = AuditEvent.LoginFailed });
            throw new InvalidOperationException("undone");
        }));
        await scene.AppendAsync(3);

        var report = scene.Verify(live: true);

        Assert.Empty(report.Findings);
        Assert.Empty(scene.Ledger.Audit(AuditEvent.LoginFailed));
    }

    [Fact]
    public async Task Work_that_fails_beside_work_that_does_not_leaves_a_sound_chain()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        await Task.WhenAll(Enumerable.Range(0, 40).Select(AppendOrFailAsync));

        Assert.Empty(scene.Verify(live: true).Findings);
        Assert.Equal(60 + 34, scene.Ledger.Audit(AuditEvent.LoginOk).Count);

        async Task AppendOrFailAsync(int number)
        {
            try
            {
                await scene.Ledger.WriteAsync(store =>
                {
                    AuditTrail.Append(store, new AuditRecord { At = 1, Event = AuditEvent.LoginOk, Count = number });
                    return number % 7 == 3 ? throw new InvalidOperationException("undone") : true;
                });
            }
            catch (InvalidOperationException)
            {
                // As it is told to.
            }
        }
    }

    [Fact]
    public async Task A_chain_of_a_run_that_died_is_closed_by_whoever_settles_it()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var dead = scene.Live;
        // As a crash leaves it: the records are there, and the last one is not.
        await scene.Ledger.RestartAsync();
        scene.Ledger.Edit(
            "DELETE FROM audit WHERE seq = "
            + $"(SELECT max(seq) FROM audit WHERE seq < {AuditRow.SequenceOf(dead + 1, 0)}); "
            + $"UPDATE audit_chain SET closed_at = NULL, length = NULL, head = NULL WHERE id = {dead}; "
            + "UPDATE incarnation SET settled_at = NULL");
        await scene.Ledger.RestartAsync();
        await scene.AppendAndSealAsync(1);

        Assert.Empty(scene.Verify(live: true).Findings);
        var told = Assert.Single(
            scene.Ledger.Audit(AuditEvent.ChainClosed), entry => entry.Record.Outcome == AuditOutcome.InDoubt);
        Assert.StartsWith($"chain {dead}, ", told.Record.Detail, StringComparison.Ordinal);
        scene.Ledger.Edit(
            "DELETE FROM audit WHERE seq = "
            + $"(SELECT max(seq) FROM audit WHERE seq < {AuditRow.SequenceOf(dead + 1, 0)})");
        var finding = Assert.Single(scene.Verify().Findings);
        Assert.Equal((AuditFindingKind.MissingTail, dead), (finding.Kind, finding.Chain));
    }

    [Fact]
    public async Task A_record_where_the_next_one_belongs_ends_the_chain_and_not_the_service()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var end = scene.LiveHeads().Single().Length;
        scene.Ledger.Edit(
            $"INSERT INTO audit (seq, at, event, outcome, count, digest) "
            + $"VALUES ({AuditRow.SequenceOf(scene.Live, end + 1)}, 1, 'login.ok', 'ok', 0, x'00')");

        await scene.AppendAsync(5);

        Assert.NotEqual(scene.Live, scene.LiveHeads().Single().Chain);
        Assert.Equal(65, scene.Ledger.Audit(AuditEvent.LoginOk).Count(entry => entry.Record.Actor == "ana"));
        Assert.Contains(
            scene.Verify(live: true).Findings,
            finding => finding.Kind == AuditFindingKind.BrokenRecord
                && (finding.Chain, finding.Position) == (scene.Live, end + 1));
    }

    [Fact]
    public async Task Records_from_before_there_were_chains_are_covered_by_the_first_seal()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        scene.Ledger.Edit(
            "INSERT INTO audit (seq, at, event, outcome, count, digest) "
            + "SELECT 2 * number, at, 'login.ok', 'ok', 7, hash FROM audit_seal; "
            + "INSERT INTO audit_chain (id, node, incarnation, lane, writer, opened_at, closed_at, length) "
            + "VALUES (0, '', 0, 0, 0, 1, 1, 12)");
        await scene.AppendAndSealAsync(2);

        Assert.Empty(scene.Verify(live: true).Findings);
        scene.Ledger.Edit("UPDATE audit SET count = 8 WHERE seq = 6");
        Assert.Equal(0, Assert.Single(scene.Verify().Findings).Chain);
        scene.Ledger.Edit("DELETE FROM audit WHERE seq = 12");
        Assert.Contains(
            scene.Verify().Findings, finding => finding is { Kind: AuditFindingKind.MissingTail, Chain: 0 });
    }

    [Fact]
    public async Task What_retention_removes_is_what_a_seal_covers_and_the_rest_still_proves_itself()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        scene.Ledger.Time.Advance(TimeSpan.FromDays(10));
        var limit = scene.Ledger.Now;
        await scene.AppendAndSealAsync(2);

        var removal = await AuditRetention.RemoveAsync(
            scene.Ledger.Loop, limit, [], "ana", scene.Ledger.Now, TestContext.Current.CancellationToken);
        var report = scene.Verify(live: true);

        Assert.Equal(6, removal.Seal);
        Assert.Empty(report.Findings);
        Assert.Equal(removal.Records, report.Removed);
        Assert.True(removal.Records > 60);
        Assert.Equal(2, scene.Ledger.Audit(AuditEvent.AuditRemoved).Count);
        // Once more there is nothing to do, and somebody else's removal is none.
        var again = await AuditRetention.RemoveAsync(
            scene.Ledger.Loop, limit, [], "ana", scene.Ledger.Now, TestContext.Current.CancellationToken);
        Assert.Equal(0, again.Records);
        await scene.AppendAndSealAsync(1);
        Assert.Empty(scene.Verify(live: true).Findings);
        scene.Ledger.Edit("UPDATE audit_segment SET last = last + 3");
        Assert.Contains(
            scene.Verify().Findings, finding => finding.Kind == AuditFindingKind.MissingRecords);
    }

    [Fact]
    public async Task What_no_export_has_taken_is_not_removed()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        await scene.AppendAndSealAsync(1);

        var removal = await AuditRetention.RemoveAsync(
            scene.Ledger.Loop, scene.Ledger.Now + 1, ["file"], null, scene.Ledger.Now,
            TestContext.Current.CancellationToken);

        Assert.Equal(0, removal.Records);
    }

    [Fact]
    public async Task While_the_key_is_away_records_go_on_and_the_next_seal_covers_them()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        scene.KeyIsAway = "no token";
        await using var sealer = scene.NewSealer(options: new AuditSealerOptions
        {
            Interval = TimeSpan.FromMilliseconds(20),
        });

        scene.Ledger.Time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => sealer.Obstacle is not null);
        await scene.AppendAsync(5);
        Assert.Equal("no token", sealer.Obstacle);
        scene.KeyIsAway = null;
        scene.Ledger.Time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => sealer.Obstacle is null && sealer.Last?.Number >= 7);

        Assert.Empty(scene.Verify(live: true).Findings);
    }

    [Fact]
    public async Task A_trail_that_grows_and_is_sealed_meanwhile_is_verified_as_it_was()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var writing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await scene.AppendAndSealAsync(1, records: 50);
                }
            },
            TestContext.Current.CancellationToken);

        var reports = Enumerable.Range(0, 20).Select(_ => scene.Verify(live: true)).ToList();
        while (reports[^1].Records == reports[0].Records)
        {
            reports.Add(scene.Verify(live: true));
        }

        await stop.CancelAsync();
        await writing;

        Assert.All(reports, report => Assert.Empty(report.Findings));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
