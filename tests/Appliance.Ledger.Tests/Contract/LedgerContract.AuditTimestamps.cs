using System.Security.Cryptography;

namespace Appliance.Ledger.Tests.Contract;

/// <summary>Time stamps of seals.</summary>
public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_seal_has_the_time_stamp_of_its_signature()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var asked = new List<byte[]>();

        var seal = await scene.SealAsync(digest =>
        {
            asked.Add(digest.ToArray());
            return [1, 2, 3];
        });

        Assert.Equal([SHA256.HashData(seal.Signature)], asked);
        var stored = scene.Ledger.Store.Read(static store => store.Audit.Seals.FindLast())!;
        Assert.Equal(seal.Number, stored.Number);
        Assert.Equal([1, 2, 3], stored.Timestamp);
        Assert.Equal(
            $"seal {seal.Number} with time stamp {Convert.ToHexStringLower(SHA256.HashData([1, 2, 3]))}",
            scene.Ledger.Audit(AuditEvent.AuditSealed)[^1].Record.Detail);
        var seen = new List<long>();
        var report = scene.Verify(stamps: row =>
        {
            seen.Add(row.Number);
            return null;
        });
        Assert.Empty(report.Findings);
        Assert.Equal([seal.Number], seen);
        Assert.Equal(1, report.Timestamps);
    }

    [Fact]
    public async Task An_authority_that_is_away_keeps_nothing_from_being_sealed()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var isAway = true;
        await using var sealer = scene.NewSealer(options: new AuditSealerOptions
        {
            Interval = TimeSpan.Zero,
            Timestamp = (_, _) => isAway
                ? throw new InvalidOperationException("the clock is not trusted")
                : ValueTask.FromResult<byte[]>([7]),
        });

        var without = await sealer.SealAsync(TestContext.Current.CancellationToken);
        var obstacle = sealer.TimestampObstacle;
        isAway = false;
        var with = await sealer.SealAsync(TestContext.Current.CancellationToken);

        Assert.Null(without.Timestamp);
        Assert.Equal("the clock is not trusted", obstacle);
        Assert.Equal([7], with.Timestamp);
        Assert.Null(sealer.TimestampObstacle);
        Assert.Null(sealer.Obstacle);
        Assert.Empty(scene.Verify().Findings);
    }

    [Theory]
    [InlineData("timestamp = NULL", false)]
    [InlineData("timestamp = x'00'", false)]
    [InlineData("timestamp = x'00'", true)]
    public async Task A_time_stamp_that_was_taken_away_exchanged_or_added_is_named(string edit, bool added)
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var seal = await scene.SealAsync(added ? null : static _ => [1, 2, 3]);

        scene.Ledger.Edit($"UPDATE audit_seal SET {edit} WHERE number = {seal.Number}");

        var finding = Assert.Single(scene.Verify().Findings);
        Assert.Equal((AuditFindingKind.BrokenTimestamp, seal.Number), (finding.Kind, finding.Seal));
    }

    [Fact]
    public async Task A_time_stamp_that_does_not_hold_is_named()
    {
        await using var scene = await AuditScene.StartAsync(NewStore());
        var seal = await scene.SealAsync(static _ => [1, 2, 3]);

        var finding = Assert.Single(scene.Verify(stamps: static _ => "it is no token").Findings);

        Assert.Equal(AuditFindingKind.BrokenTimestamp, finding.Kind);
        Assert.Equal($"The time stamp of seal {seal.Number} does not hold: it is no token.", finding.Text);
    }
}
