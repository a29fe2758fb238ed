using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Theory]
    [InlineData(ClientState.Suspended)]
    [InlineData(ClientState.Ended)]
    public async Task What_a_client_was_authorised_for_is_refused_from_the_commit_on_that_stops_it(ClientState state)
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[0]));

        await ChangeClientAsync(ledger, row => row with { State = state });

        Assert.Equal(ReservationStatus.ClientRefused, await ledger.TryReserveAsync(activation, hashes[1]));
        Assert.Equal("ClientRefused", ledger.Audit(AuditEvent.SignHashRefused)[^1].Record.Detail);
        Assert.Equal(1, ledger.Remaining(activation));
    }

    [Fact]
    public async Task A_client_that_was_suspended_by_mistake_goes_on_where_it_was()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        await ChangeClientAsync(ledger, row => row with { State = ClientState.Suspended });
        Assert.Equal(ReservationStatus.ClientRefused, await ledger.TryReserveAsync(activation, hashes));

        await ChangeClientAsync(ledger, row => row with { State = ClientState.Active });

        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes));
    }

    [Fact]
    public async Task A_credential_that_was_taken_from_a_client_is_not_used_by_it_any_more()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        await ChangeClientAsync(ledger, row => row with { Reach = ClientReach.Listed });
        await ledger.WriteAsync(c =>
        {
            c.ClientCredentials.Upsert(new ClientCredentialRow(ledger.Client, ledger.Credential, 1, [1]));
            return 0;
        });
        var activation = await ledger.OpenAsync(hashes);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[0]));

        Assert.True(await ledger.WriteAsync(c => c.ClientCredentials.Delete(ledger.Client, ledger.Credential)));

        Assert.Equal(ReservationStatus.ClientRefused, await ledger.TryReserveAsync(activation, hashes[1]));
    }

    [Fact]
    public async Task A_client_of_an_organisation_uses_what_is_its_and_nothing_else()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);
        var other = Guid.CreateVersion7();
        await ledger.WriteAsync(c =>
        {
            c.Signers.Insert(new SignerRow(other, "other", "Other", null, SignerState.Active, 1));
            return 0;
        });

        await ChangeClientAsync(ledger, row => row with
        {
            Reach = ClientReach.Organisation,
            OrganisationId = ledger.Signer,
        });
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[0]));

        await ChangeClientAsync(ledger, row => row with { OrganisationId = other });
        Assert.Equal(ReservationStatus.ClientRefused, await ledger.TryReserveAsync(activation, hashes[1]));
    }

    private static async Task ChangeClientAsync(LedgerFixture ledger, Func<ClientRow, ClientRow> change)
        => Assert.True(await ledger.WriteAsync(c =>
        {
            var row = c.Clients.Find(ledger.Client)!;
            return c.Clients.Update(change(row) with { Version = row.Version + 1 });
        }));
}
