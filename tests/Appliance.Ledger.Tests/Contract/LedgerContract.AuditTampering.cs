using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    /// <summary>A record in the middle of the closed chain.</summary>
    private const string Fifteenth = "seq = (SELECT min(id) FROM audit_chain) * 4294967296 + 15";

    private const string Sixteenth = "seq = (SELECT min(id) FROM audit_chain) * 4294967296 + 16";

    [Fact]
    public async Task An_untouched_trail_is_sound_and_wholly_covered_but_for_its_newest_end()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());

        var report = scene.Verify(live: true);

        Assert.Empty(report.Findings);
        Assert.True(report.IsSound);
        Assert.Equal(6, report.Seals);
        Assert.Equal(2, report.Chains);
        Assert.Equal(1, report.Unsealed); // that the last seal was made
        Assert.Empty(report.Notices);
    }

    [Theory]
    [InlineData("at = at + 1")]
    [InlineData("event = 'login.oK'")]
    [InlineData("outcome = 'oj'")]
    [InlineData("signer_id = x'00000000000000000000000000000001'")]
    [InlineData("credential_id = x'00000000000000000000000000000001'")]
    [InlineData("activation_id = x'00000000000000000000000000000001'")]
    [InlineData("client_id = NULL")]
    [InlineData("request_id = x'00000000000000000000000000000001'")]
    [InlineData("count = count + 1")]
    [InlineData("digest = x'0000000000000000000000000000000000000000000000000000000000000001'")]
    [InlineData("detail = 'bx the test'")]
    [InlineData("detail = NULL")]
    [InlineData("actor = 'anb'")]
    public async Task A_bit_flipped_in_a_record_is_found_there(string edit)
    {
        await using var scene = await AuditScene.StartAsync(NewStore());

        scene.Ledger.Edit($"UPDATE audit SET {edit} WHERE {Fifteenth}");

        var finding = Assert.Single(scene.Verify().Findings);
        Assert.Equal(AuditFindingKind.BrokenRecord, finding.Kind);
        Assert.Equal((scene.Closed, 15), (finding.Chain, finding.Position));
    }

    [Fact]
    public async Task A_hash_that_was_changed_or_taken_away_is_found()
    {
        foreach (var value in new[] { $"x'{new string('0', 64)}'", "NULL" })
        {
            await using var scene = await AuditScene.StartAsync(NewStore());

            scene.Ledger.Edit($"UPDATE audit SET hash = {value} WHERE {Fifteenth}");

            var finding = scene.Verify().Findings[0];
            Assert.Equal(AuditFindingKind.BrokenRecord, finding.Kind);
            Assert.Equal((scene.Closed, 15), (finding.Chain, finding.Position));
        }
    }

    [Fact]
    public async Task The_last_thousand_records_are_missed_by_the_seal_and_by_what_the_server_knows()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        await scene.AppendAndSealAsync(1, records: 1_500);
        var end = scene.LiveHeads().Single().Length;

        scene.Ledger.Edit(
            $"DELETE FROM audit WHERE seq > {AuditRow.SequenceOf(scene.Live, end - 1_000)} "
            + $"AND seq <= {AuditRow.SequenceOf(scene.Live, end)}");

        // The newest record tells of the seal and is not covered by it.
        var offline = Assert.Single(scene.Verify().Findings);
        var online = Assert.Single(scene.Verify(live: true).Findings);
        Assert.Equal(AuditFindingKind.MissingTail, offline.Kind);
        Assert.Equal(AuditFindingKind.MissingTail, online.Kind);
        Assert.Contains("The last 999 records", offline.Text, StringComparison.Ordinal);
        Assert.Contains("The last 1000 records", online.Text, StringComparison.Ordinal);
        Assert.Equal((scene.Live, end - 999), (online.Chain, online.Position));
    }

    [Fact]
    public async Task The_tail_that_no_seal_covers_is_missed_by_what_the_server_knows()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        await scene.AppendAsync(20);
        var end = scene.LiveHeads().Single().Length;

        scene.Ledger.Edit(
            $"DELETE FROM audit WHERE seq > {AuditRow.SequenceOf(scene.Live, end - 5)} "
            + $"AND seq <= {AuditRow.SequenceOf(scene.Live, end)}");

        var finding = Assert.Single(scene.Verify(live: true).Findings);
        Assert.Equal(AuditFindingKind.MissingTail, finding.Kind);
        Assert.Equal(end - 4, finding.Position);
    }

    [Fact]
    public async Task A_whole_chain_is_missed_with_and_without_what_stands_about_it()
    {
        foreach (var also in new[] { "", "; DELETE FROM audit_chain WHERE id = {0}" })
        {
            await using var scene = await AuditScene.StartAsync(NewStore());
            scene.Ledger.Edit(
                $"DELETE FROM audit WHERE seq > {AuditRow.SequenceOf(scene.Closed, 0)} "
                + $"AND seq < {AuditRow.SequenceOf(scene.Closed + 1, 0)}"
                + also.Replace("{0}", $"{scene.Closed}", StringComparison.Ordinal));

            // The seals are whole, although the records that told of them are gone.
            var finding = Assert.Single(scene.Verify().Findings);
            Assert.Equal((AuditFindingKind.MissingChain, scene.Closed), (finding.Kind, finding.Chain));
        }
    }

    [Fact]
    public async Task A_seal_in_the_middle_is_missed()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());

        scene.Ledger.Edit("DELETE FROM audit_seal WHERE number = 3");

        var finding = Assert.Single(scene.Verify().Findings);
        Assert.Equal((AuditFindingKind.MissingSeal, 3L), (finding.Kind, finding.Seal));
    }

    [Fact]
    public async Task The_newest_seal_is_missed_by_the_record_about_it()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());

        scene.Ledger.Edit("DELETE FROM audit_seal WHERE number = 6");

        var finding = Assert.Single(scene.Verify().Findings);
        Assert.Equal((AuditFindingKind.MissingSeal, 6L), (finding.Kind, finding.Seal));
    }

    [Fact]
    public async Task The_newest_seal_with_the_records_after_it_is_missed_by_what_is_known_outside()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var before = scene.LiveHeads().Single();
        await scene.AppendAsync(5);
        var seal = await scene.SealAsync();

        scene.Ledger.Edit(
            $"DELETE FROM audit_seal WHERE number = {seal.Number}; "
            + $"DELETE FROM audit WHERE seq > {AuditRow.SequenceOf(scene.Live, before.Length)} "
            + $"AND seq < {AuditRow.SequenceOf(scene.Live + 1, 0)}");

        Assert.Contains(
            scene.Verify(live: true).Findings,
            finding => finding.Kind == AuditFindingKind.MissingTail && finding.Position == before.Length + 1);
        var remembered = Assert.Single(scene.Verify(remembered: (seal.Number, seal.Hash)).Findings);
        Assert.Equal((AuditFindingKind.MissingSeal, seal.Number), (remembered.Kind, remembered.Seal));
    }

    [Theory]
    [InlineData("body = x'00'")]
    [InlineData("signature = x'00'")]
    [InlineData("hash = x'00'")]
    [InlineData("at = at + 1")]
    [InlineData("body = (SELECT body FROM audit_seal WHERE number = 1), "
        + "hash = (SELECT hash FROM audit_seal WHERE number = 1), "
        + "signature = (SELECT signature FROM audit_seal WHERE number = 1)")]
    public async Task A_seal_that_was_changed_is_named(string edit)
    {
        await using var scene = await AuditScene.StartAsync(NewStore());

        scene.Ledger.Edit($"UPDATE audit_seal SET {edit} WHERE number = 3");

        Assert.Contains(
            scene.Verify().Findings, finding => finding is { Kind: AuditFindingKind.BrokenSeal, Seal: 3 });
    }

    [Fact]
    public async Task Two_records_that_changed_places_are_both_found()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());

        scene.Ledger.Edit(
            $"UPDATE audit SET seq = -1 WHERE {Fifteenth}; "
            + $"UPDATE audit SET {Fifteenth} WHERE {Sixteenth}; UPDATE audit SET {Sixteenth} WHERE seq = -1");

        Assert.Equal(
            [15L, 16L, 17L],
            scene.Verify().Findings.Select(finding => finding.Position!.Value));
    }

    [Fact]
    public async Task A_record_put_behind_a_chain_or_into_none_is_found()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var end = scene.Ledger.Store.Read(store => store.Audit.FindHead(scene.Closed))!.Length;
        var columns = "at, event, outcome, count, digest, hash";
        foreach (var place in new[]
        {
            AuditRow.SequenceOf(scene.Closed, end + 1), AuditRow.SequenceOf(scene.Live + 5, 1),
        })
        {
            scene.Ledger.Edit(
                $"INSERT INTO audit (seq, {columns}) SELECT {place}, {columns} FROM audit WHERE {Fifteenth}");
        }

        var findings = scene.Verify().Findings;

        Assert.Contains(findings, finding => finding.Kind == AuditFindingKind.BrokenRecord
            && (finding.Chain, finding.Position) == (scene.Closed, end + 1));
        Assert.Contains(findings, finding => finding.Kind == AuditFindingKind.UnknownRecords
            && (finding.Chain, finding.Position) == (scene.Closed, end + 1));
        Assert.Contains(
            findings,
            finding => finding.Kind == AuditFindingKind.UnknownRecords && finding.Chain == scene.Live + 5);
    }

    [Fact]
    public async Task A_record_taken_out_renumbered_or_moved_to_another_chain_is_missed_where_it_was()
    {
        foreach (var edit in new[]
        {
            $"DELETE FROM audit WHERE {Fifteenth}",
            $"UPDATE audit SET seq = seq + 1000000 WHERE {Fifteenth}",
            $"UPDATE audit SET seq = seq + 3 * 4294967296 WHERE {Fifteenth}",
        })
        {
            await using var scene = await AuditScene.StartAsync(NewStore());

            scene.Ledger.Edit(edit);

            Assert.Contains(
                scene.Verify().Findings,
                finding => finding.Kind == AuditFindingKind.MissingRecords
                    && (finding.Chain, finding.Position) == (scene.Closed, 15));
        }
    }

    [Fact]
    public async Task Records_that_were_written_again_with_hashes_that_fit_do_not_fit_the_seals()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var rows = scene.Ledger.Store.Read(store => store.Audit.ReadChain(scene.Closed, 0, 1_000));
        var hash = rows[13].Hash;
        foreach (var row in rows.Skip(14))
        {
            var forged = row with { Count = row.Count + 1 };
            hash = AuditHash.Of(hash.Span, forged);
            scene.Ledger.Edit(
                $"UPDATE audit SET count = {forged.Count}, hash = x'{Convert.ToHexString(hash.Span)}' "
                + $"WHERE seq = {row.Sequence}");
        }

        var findings = scene.Verify().Findings;

        var first = findings[0];
        Assert.Equal(AuditFindingKind.RewrittenRecords, first.Kind);
        Assert.Equal((scene.Closed, 12L), (first.Chain, first.Position)); // behind what the first seal covers
        Assert.Equal(2, first.Seal);
    }

    [Theory]
    [InlineData("node = 'other'")]
    [InlineData("incarnation = incarnation + 1")]
    [InlineData("lane = lane + 1")]
    [InlineData("opened_at = opened_at + 1")]
    [InlineData("closed_at = closed_at + 1")]
    [InlineData("closed_at = NULL")]
    [InlineData("length = length - 1")]
    [InlineData("head = x'00'")]
    [InlineData("sealed = NULL")]
    [InlineData("sealed = 6")]
    public async Task What_stands_about_a_chain_is_compared_with_its_records(string edit)
    {
        await using var scene = await AuditScene.StartAsync(NewStore());

        scene.Ledger.Edit($"UPDATE audit_chain SET {edit} WHERE id = {scene.Closed}");

        Assert.Contains(
            scene.Verify().Findings,
            finding => finding.Kind == AuditFindingKind.AlteredChain && finding.Chain == scene.Closed);
    }
}
