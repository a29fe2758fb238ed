namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Theory]
    [InlineData("UPDATE activation SET total = total + 100, remaining = remaining + 100")]
    [InlineData("UPDATE activation SET expires_at = expires_at + 1000000")]
    [InlineData("UPDATE activation SET scal = 1")]
    [InlineData("UPDATE activation SET client_id = x'00000000000000000000000000000000'")]
    [InlineData("UPDATE activation SET mac = x''")]
    [InlineData("UPDATE activation SET remaining = total + 1")]
    [InlineData("UPDATE activation_hash SET mac = x'00000000000000000000000000000000'")]
    [InlineData("UPDATE activation_hash SET ordinal = ordinal + 1")]
    [InlineData("UPDATE activation_hash SET ordinal = 1000000")]
    [InlineData("UPDATE activation_hash SET ordinal = -1")]
    public async Task An_edited_row_is_refused_and_audited(string edit)
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes, total: 5);

        ledger.Edit(edit);

        Assert.Equal(ReservationStatus.Tampered, await ledger.TryReserveAsync(activation, hashes));
        var refused = Assert.Single(ledger.Audit(AuditEvent.SignHashRefused));
        Assert.Equal("Tampered", refused.Record.Detail);
    }

    [Fact]
    public async Task A_hash_put_in_the_place_of_another_is_refused()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes[..1]);

        ledger.Edit($"UPDATE activation_hash SET hash = x'{Convert.ToHexString(hashes[1])}'");

        Assert.Equal(ReservationStatus.Tampered, await ledger.TryReserveAsync(activation, hashes[1]));
        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(activation, hashes[0]));
    }

    [Fact]
    public async Task A_row_copied_from_another_activation_is_refused()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        await ledger.OpenAsync(hashes[..1]);
        var other = await ledger.OpenAsync(hashes[1..], total: 2);

        ledger.Edit(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) " +
            "SELECT (SELECT max(seq) FROM activation), hash, 1, mac FROM activation_hash " +
            "WHERE activation_seq = (SELECT min(seq) FROM activation)");

        Assert.Equal(ReservationStatus.Tampered, await ledger.TryReserveAsync(other, hashes[0]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(other, hashes[1]));
    }

    [Fact]
    public async Task An_activation_of_one_credential_cannot_be_pointed_at_another()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var other = LedgerFixture.NewId();
        await ledger.WriteAsync(c =>
        {
            c.Credentials.Insert(c.Credentials.Find(ledger.Credential)! with { Id = other });
            return 0;
        });

        var hex = Convert.ToHexString(other.ToByteArray(bigEndian: true));
        ledger.Edit($"UPDATE activation SET credential_id = x'{hex}'");

        var request = ledger.Request(activation, hashes) with { CredentialId = other };
        Assert.Equal(ReservationStatus.Tampered, (await ledger.ReserveAsync(request)).Status);
    }
}
