using System.Security.Cryptography;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class SharedLedgerContract
{
    [Fact]
    public async Task Two_nodes_that_stamp_one_signature_at_once_cover_it_once_and_take_no_more_than_there_is()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");
        const int Signatures = 40;
        await ledger.WriteAsync(c => ledger.Activations.Packages.Grant(
            c, ledger.Credential, Signatures + 30, ledger.Now, ledger.Now + 100_000, ledger.Now));
        var hashes = LedgerFixture.Hashes(Signatures);
        var activation = await ledger.OpenAsync(hashes);
        var signatures = LedgerFixture.Hashes(Signatures);
        var (status, reservation) = await ledger.ReserveAsync(
            ledger.Request(activation, hashes) with { Metered = true });
        Assert.Equal(ReservationStatus.Ok, status);
        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed, signatures);

        var taken = await Task.WhenAll(signatures.SelectMany(signature => new[] { ledger.Node, other }.Select(
            node => Task.Run(() => StampAsync(node, SHA256.HashData(signature)),
                TestContext.Current.CancellationToken))));

        Assert.Equal(Signatures, taken.Count(one => one == TimestampTaking.Covered));
        Assert.Equal(30, taken.Count(one => one == TimestampTaking.Counted));
        Assert.Equal(Signatures - 30, taken.Count(one => one == TimestampTaking.Exhausted));
        Assert.Equal(Signatures, ledger.Audit(AuditEvent.TimestampCovered).Count);

        async Task<TimestampTaking> StampAsync(LedgerNode node, byte[] imprint)
            => (await node.StampAsync(Claim(ledger, imprint), ledger.Now)).Taking;
    }

    [Fact]
    public async Task Two_nodes_that_come_down_to_a_threshold_together_tell_it_once()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");
        await ledger.WriteAsync(c => ledger.Activations.Packages.Grant(
            c, ledger.Credential, 40, ledger.Now, ledger.Now + 100_000, ledger.Now));
        var hashes = LedgerFixture.Hashes(40);
        var activations = new Guid[hashes.Length];
        for (var i = 0; i < activations.Length; i++)
        {
            activations[i] = await ledger.OpenAsync(hashes[i..(i + 1)]);
        }

        await Task.WhenAll(hashes.Select((hash, i) => Task.Run(
            async () =>
            {
                var node = i % 2 == 0 ? ledger.Node : other;
                var request = ledger.Request(activations[i], hash) with { Metered = true };
                Assert.Equal(ReservationStatus.Ok, (await node.ReserveAsync(request)).Status);
            },
            TestContext.Current.CancellationToken)));

        Assert.Equal([4, 0], ledger.Audit(AuditEvent.PackageLow).Select(entry => entry.Record.Count));
    }
}
