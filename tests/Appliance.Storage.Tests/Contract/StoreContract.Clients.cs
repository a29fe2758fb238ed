namespace Appliance.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public void A_client_and_what_belongs_to_it_come_back_as_written()
    {
        var credential = AddCredential();
        var client = AddClient("portal") with { OrganisationId = _signer, Version = 2, Mac = [9] };
        Assert.True(Writer.Clients.Update(client));
        Assert.False(Writer.Clients.Update(client));
        var secret = new ClientSecretRow(
            NewId(), client.Id, ClientSecretKind.PublicKey, ClientSecretState.Active, 1, long.MaxValue, 2, "k", [1],
            [2]);
        Writer.ClientSecrets.Insert(secret);
        var given = new ClientCredentialRow(client.Id, credential.Id, 3, [4]);
        Writer.ClientCredentials.Upsert(given with { Mac = [0] });
        Writer.ClientCredentials.Upsert(given);

        Assert.Equivalent(client, Writer.Clients.Find(client.Id));
        Assert.Equivalent(client, Writer.Clients.FindByName("portal"));
        Assert.Null(Writer.Clients.FindByName("Portal"));
        Assert.Equivalent(secret, Assert.Single(Writer.ClientSecrets.ListByClient(client.Id)));
        Assert.Equivalent(given, Assert.Single(Writer.ClientCredentials.ListByClient(client.Id)));
        Assert.Equivalent(given, Writer.ClientCredentials.Find(client.Id, credential.Id));

        Assert.True(Writer.ClientSecrets.SetState(secret with { State = ClientSecretState.Revoked, Mac = [5] }));
        Assert.Equal(ClientSecretState.Revoked, Writer.ClientSecrets.Find(secret.Id)!.State);
        Assert.Equal(1, Writer.ClientSecrets.DeleteRevoked(client.Id));
        Assert.True(Writer.ClientCredentials.Delete(client.Id, credential.Id));
        Assert.False(Writer.ClientCredentials.Delete(client.Id, credential.Id));
        Assert.Equal(client.Id, Assert.Single(Writer.Clients.List()).Id);
    }

    [Fact]
    public void Two_clients_do_not_have_one_name()
    {
        AddClient("portal");

        Assert.Equal(StoreFailure.Constraint, Assert.Throws<StoreException>(() => AddClient("portal")).Failure);
    }

    [Fact]
    public void An_assertion_is_used_once_and_forgotten_in_time()
    {
        Assert.True(Writer.ClientAssertions.TryUse([1, 2], 10));
        Assert.False(Writer.ClientAssertions.TryUse([1, 2], 10));
        Assert.True(Writer.ClientAssertions.TryUse([1, 3], 20));

        Assert.Equal(1, Writer.ClientAssertions.DeleteExpired(10, 5));
        Assert.False(Writer.ClientAssertions.TryUse([1, 3], 20));
        Assert.True(Writer.ClientAssertions.TryUse([1, 2], 10));
    }

    [Fact]
    public void Whatever_ends_tokens_raises_the_epoch_and_a_sign_in_does_not()
    {
        AddSigner("a");
        var grant = NewId();
        AccessTokenRow Token(byte n) => new([n], AccessTokenKind.Access, _signer, Guid.Empty, grant, 99, false);
        Writer.AccessTokens.Insert(Token(1));
        Writer.AccessTokens.Insert(Token(2));
        Writer.AccessTokens.Insert(Token(3));
        Assert.True(Writer.AccessTokens.UseUp([3]));
        Assert.Equal(0, Epoch());

        Assert.True(Writer.AccessTokens.Revoke([1]));
        Assert.Equal(1, Epoch());
        Assert.False(Writer.AccessTokens.Revoke([1]));
        Assert.Equal(1, Epoch());
        Assert.Equal(1, Writer.AccessTokens.RevokeGrant(grant));
        Assert.Equal(2, Epoch());
        Writer.AccessTokens.Insert(Token(4));
        Assert.Equal(1, Writer.AccessTokens.RevokeSigner(_signer));
        Assert.Equal(3, Epoch());
        Assert.True(Writer.Signers.SetState(_signer, SignerState.Limited));
        Assert.Equal(4, Epoch());
        Writer.Revocations.Raise();
        Assert.Equal(5, Epoch());

        long Epoch() => _temporary.Store.Read(connection => connection.Revocations.Read());
    }

    [Theory]
    [InlineData(ClientState.Active, ClientReach.All, false, ClientStanding.Good)]
    [InlineData(ClientState.Suspended, ClientReach.All, false, ClientStanding.Inactive)]
    [InlineData(ClientState.Ended, ClientReach.All, true, ClientStanding.Inactive)]
    [InlineData(ClientState.Active, ClientReach.Listed, false, ClientStanding.OutOfReach)]
    [InlineData(ClientState.Active, ClientReach.Listed, true, ClientStanding.Good)]
    [InlineData(ClientState.Active, ClientReach.Organisation, false, ClientStanding.OutOfReach)]
    [InlineData(ClientState.Active, ClientReach.Organisation, true, ClientStanding.Good)]
    public void A_check_tells_how_its_client_stands(
        ClientState state, ClientReach reach, bool given, ClientStanding expected)
    {
        var credential = AddCredential();
        var client = AddClient("portal");
        Assert.True(Writer.Clients.Update(client with { State = state, Reach = reach, Version = 2 }));
        if (given)
        {
            Writer.ClientCredentials.Upsert(new ClientCredentialRow(client.Id, credential.Id, 3, [4]));
        }

        Assert.Equal(expected, StandingOf(credential.Id, client.Id));
        Assert.Equal(ClientStanding.Good, StandingOf(credential.Id, Guid.Empty));
        Assert.Equal(ClientStanding.Unknown, StandingOf(credential.Id, NewId()));
        if (reach == ClientReach.Organisation)
        {
            Assert.True(Writer.Clients.Update(client with { Reach = reach, OrganisationId = _signer, Version = 3 }));
            Assert.Equal(ClientStanding.Good, StandingOf(credential.Id, client.Id));
        }
    }

    private ClientStanding StandingOf(Guid credential, Guid client)
    {
        var row = Activation(credential, total: 1) with { ClientId = client };
        Commit(() => Writer.Activations.Insert(row));
        return Commit(() => Writer.Activations.TryCheck(row.Id, new OccurrenceStates(), out var found)
            ? found.Client
            : throw new InvalidOperationException());
    }

    private ClientRow AddClient(string name)
    {
        var row = new ClientRow(
            NewId(), name, ClientState.Active, null, ClientOperations.All, ClientReach.Listed, 5, 6, 7, 1, 8, [1]);
        Writer.Clients.Insert(row);
        return row;
    }
}
