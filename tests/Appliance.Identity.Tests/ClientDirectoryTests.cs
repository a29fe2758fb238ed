using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

public sealed class ClientDirectoryTests : IAsyncDisposable
{
    private readonly ClientBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("Portal")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("ă")]
    public async Task A_name_that_is_none_is_refused(string name)
        => Assert.Equal(DirectoryFault.ClientInvalid, await FaultAsync(() => _bench.AddAsync(name)));

    [Fact]
    public async Task What_a_client_cannot_be_is_refused_and_changes_nothing()
    {
        var client = await _bench.AddAsync();
        var person = await _bench.Base.AddSigner();
        ClientOrder[] orders =
        [
            new() { Rate = -1 },
            new() { Concurrency = 2_000_000 },
            new() { Burst = 0 },
            new() { Operations = (ClientOperations)4096 },
            new() { Reach = ClientReach.Organisation },
            new() { OrganisationId = person },
        ];

        foreach (var order in orders)
        {
            Assert.Equal(
                DirectoryFault.ClientInvalid,
                await FaultAsync(() => _bench.Directory.ChangeAsync(client.Id, order, ClientBench.Test)));
        }

        Assert.Equal(DirectoryFault.ClientExists, await FaultAsync(() => _bench.AddAsync()));
        Assert.Equivalent(client, _bench.Base.Store.Read(c => c.Clients.Find(client.Id)));
    }

    [Fact]
    public async Task An_ended_client_stays_ended_and_an_unknown_one_is_told()
    {
        var client = await _bench.AddAsync();
        await _bench.Directory.SetStateAsync(client.Id, ClientState.Ended, ClientBench.Test);

        Assert.Equal(
            DirectoryFault.UnknownClient,
            await FaultAsync(() => _bench.Directory.SetStateAsync(client.Id, ClientState.Active, ClientBench.Test)));
        Assert.Equal(
            DirectoryFault.UnknownClient,
            await FaultAsync(() => _bench.Directory.ChangeAsync(Guid.NewGuid(), new ClientOrder(), ClientBench.Test)));
        Assert.Equal(
            DirectoryFault.UnknownClientPart,
            await FaultAsync(async () =>
            {
                var other = await _bench.AddAsync("other");
                return await _bench.Directory.AddCredentialAsync(other.Id, Guid.NewGuid(), ClientBench.Test);
            }));
    }

    [Fact]
    public async Task Each_change_is_in_the_audit_trail_with_the_admin_who_made_it()
    {
        var client = await _bench.AddAsync();
        await _bench.Directory.ChangeAsync(client.Id, new ClientOrder { Rate = 5 }, ClientBench.Test);
        await _bench.Secrets.AddSecretAsync(client.Id, TimeSpan.FromDays(1), ClientBench.Test);
        await _bench.Directory.SetStateAsync(client.Id, ClientState.Suspended, ClientBench.Test);

        var records = _bench.Base.Store.Read(c => AuditTrail.Read(c, new AuditQuery { OldestFirst = true }));

        Assert.Equal(
            [AuditEvent.ClientCreated, AuditEvent.ClientChanged, AuditEvent.ClientChanged, AuditEvent.ClientChanged],
            records.Select(record => record.Record.Event));
        Assert.All(
            records, record => Assert.Equal(("admin", client.Id), (record.Record.Actor, record.Record.ClientId)));
        Assert.Contains("rate 5/5", records[1].Record.Detail, StringComparison.Ordinal);
        Assert.Equal("suspended, tokens ended", records[3].Record.Detail);
    }

    [Fact]
    public async Task A_client_has_so_many_secrets_and_makes_room_by_withdrawing_one()
    {
        var client = await _bench.AddAsync();
        for (var i = 0; i < ClientSecrets.Most; i++)
        {
            await AddSecretAsync();
        }

        Assert.Equal(DirectoryFault.ClientInvalid, await FaultAsync(AddSecretAsync));
        var first = _bench.Base.Store.Read(c => c.ClientSecrets.ListByClient(client.Id))[0];
        await _bench.Secrets.RevokeAsync(client.Id, first.Id, endTokens: false, ClientBench.Test);
        await AddSecretAsync();
        Assert.Equal(
            DirectoryFault.UnknownClientPart,
            await FaultAsync(async () =>
            {
                await _bench.Secrets.RevokeAsync(client.Id, first.Id, endTokens: false, ClientBench.Test);
                return client;
            }));

        async Task<ClientRow> AddSecretAsync()
        {
            await _bench.Secrets.AddSecretAsync(client.Id, TimeSpan.FromDays(1), ClientBench.Test);
            return client;
        }
    }

    private static async Task<DirectoryFault> FaultAsync(Func<Task<ClientRow>> act)
        => (await Assert.ThrowsAsync<DirectoryException>(act)).Fault;
}
