using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Identity.Tokens;
using Appliance.Ledger;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

public sealed class ClientAuthenticationTests : IAsyncDisposable
{
    private readonly ClientBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_client_with_its_secret_gets_a_token_that_says_what_it_may_do()
    {
        var (client, secret) = await _bench.AddWithSecretAsync(
            new ClientOrder { Operations = ClientOperations.Read | ClientOperations.Sign });

        var result = await _bench.IssueAsync(client.Id, secret);

        Assert.Equal((ClientAuthenticationStatus.Ok, 3600), (result.Status, result.ExpiresIn));
        var validation = _bench.Tokens.Glance(result.AccessToken);
        Assert.Equal(TokenStatus.Valid, validation.Status);
        Assert.Equal((Guid.Empty, client.Id), (validation.Caller.SignerId, validation.Caller.ClientId));
        Assert.True(validation.Caller.IsClient);
        Assert.Equal(ClientOperations.Read | ClientOperations.Sign, validation.Caller.Operations);
        Assert.Contains(_bench.Base.Audit(), e => e.Event == AuditEvent.ClientToken && e.Detail == "secret");
        _bench.Base.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(result.AccessToken).Status);
    }

    [Fact]
    public async Task An_unknown_client_and_a_wrong_secret_are_one_answer_and_neither_is_told_apart_by_a_write()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        var records = _bench.Base.Audit().Count;

        var unknown = await _bench.IssueAsync(Guid.CreateVersion7(), secret);

        Assert.Equal(records, _bench.Base.Audit().Count);
        Assert.Equal(unknown, await _bench.IssueAsync(client.Id, TokenKey.NewText()));
        Assert.Equal(unknown, await _bench.IssueAsync(client.Id, ""));
        Assert.Equal(ClientAuthenticationStatus.SecretRefused, unknown.Status);
    }

    [Fact]
    public async Task Failures_are_in_the_audit_trail_and_do_not_fill_it()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        for (var i = 0; i < 50; i++)
        {
            await _bench.IssueAsync(client.Id, "wrong");
        }

        _bench.Base.Time.Advance(TimeSpan.FromSeconds(10));
        await _bench.IssueAsync(client.Id, "wrong");
        await _bench.TokenAsync(client.Id, secret);

        var records = _bench.Base.Store.Read(c => AuditTrail.Read(
            c, new AuditQuery { Event = AuditEvent.ClientRefused, OldestFirst = true }));
        Assert.Equal([1, 50], records.Select(record => record.Record.Count));
        Assert.All(records, record => Assert.Equal(client.Id, record.Record.ClientId));
    }

    [Fact]
    public async Task Two_secrets_are_good_while_one_follows_the_other()
    {
        var (client, old) = await _bench.AddWithSecretAsync();
        var (row, young) = await _bench.Secrets.AddSecretAsync(client.Id, TimeSpan.FromDays(2), ClientBench.Test);
        await _bench.TokenAsync(client.Id, old);
        var token = await _bench.TokenAsync(client.Id, young);

        var first = _bench.Base.Store.Read(c => c.ClientSecrets.ListByClient(client.Id)).Single(s => s.Id != row.Id);
        await _bench.Secrets.RevokeAsync(client.Id, first.Id, endTokens: false, ClientBench.Test);

        Assert.Equal(
            ClientAuthenticationStatus.SecretRefused, (await _bench.IssueAsync(client.Id, old)).Status);
        await _bench.TokenAsync(client.Id, young);
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);
        _bench.Base.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(
            ClientAuthenticationStatus.SecretRefused, (await _bench.IssueAsync(client.Id, young)).Status);
    }

    [Fact]
    public async Task A_secret_that_leaked_is_withdrawn_with_the_tokens_that_it_gave()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        var token = await _bench.TokenAsync(client.Id, secret);
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);
        var row = _bench.Base.Store.Read(c => c.ClientSecrets.ListByClient(client.Id)).Single();

        await _bench.Secrets.RevokeAsync(client.Id, row.Id, endTokens: true, ClientBench.Test);

        Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(token).Status);
    }

    [Theory]
    [InlineData(ClientState.Suspended)]
    [InlineData(ClientState.Ended)]
    public async Task A_client_that_was_stopped_gets_no_token_and_has_none_any_more(ClientState state)
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        var token = await _bench.TokenAsync(client.Id, secret);
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);

        await _bench.Directory.SetStateAsync(client.Id, state, ClientBench.Test);

        Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(token).Status);
        Assert.Equal(ClientAuthenticationStatus.Inactive, (await _bench.IssueAsync(client.Id, secret)).Status);
        Assert.Equal(ClientAuthenticationStatus.SecretRefused, (await _bench.IssueAsync(client.Id, "wrong")).Status);
        if (state == ClientState.Suspended)
        {
            await _bench.Directory.SetStateAsync(client.Id, ClientState.Active, ClientBench.Test);
            Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(token).Status);
            await _bench.TokenAsync(client.Id, secret);
        }
    }

    [Fact]
    public async Task A_client_of_a_limited_organisation_is_stopped_with_it()
    {
        var acme = await _bench.Base.AddSigner("acme@example.ro");
        await _bench.Base.Write(c =>
        {
            c.Profiles.Insert(new ProfileRow(Guid.CreateVersion7(), acme, ProfileKind.Organisation, "Acme", 1));
            return true;
        });
        var (client, secret) = await _bench.AddWithSecretAsync(
            new ClientOrder { OrganisationId = acme, Reach = ClientReach.Organisation });
        var token = await _bench.TokenAsync(client.Id, secret);

        await _bench.Base.Limit(acme);

        Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(token).Status);
        Assert.Equal(ClientAuthenticationStatus.Inactive, (await _bench.IssueAsync(client.Id, secret)).Status);
    }

    [Fact]
    public async Task A_client_ends_its_own_tokens_and_nobody_elses()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        var other = await _bench.AddAsync("other");
        var (_, otherSecret) = await _bench.Secrets.AddSecretAsync(other.Id, TimeSpan.FromDays(1), ClientBench.Test);
        var token = await _bench.TokenAsync(client.Id, secret);
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);

        Assert.Equal(ClientAuthenticationStatus.TokenInvalid, await RevokeAsync(other.Id, otherSecret, token));
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);
        Assert.Equal(ClientAuthenticationStatus.SecretRefused, await RevokeAsync(client.Id, "wrong", token));
        Assert.Equal(ClientAuthenticationStatus.TokenInvalid, await RevokeAsync(client.Id, secret, "no token"));

        Assert.Equal(ClientAuthenticationStatus.Ok, await RevokeAsync(client.Id, secret, token));
        Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(token).Status);
        Assert.Equal(ClientAuthenticationStatus.Ok, await RevokeAsync(client.Id, secret, token));
    }

    [Fact]
    public async Task A_client_ends_a_token_by_the_token_of_another_sign_in_only_where_both_are_its()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        var token = await _bench.TokenAsync(client.Id, secret);
        var service = new SignInService(
            _bench.Base.Store, _bench.Base.Commits, _bench.Base.Passwords, _bench.Tokens, new(), _bench.Base.Time);

        // Neither a client nor a signer has the other's: both have no signer, or no client.
        Assert.Equal(
            RevokeStatus.TokenInvalid,
            await service.RevokeAsync(new Caller(Guid.Empty, Guid.CreateVersion7()), token, null, ClientBench.Test));
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);
        Assert.Equal(
            RevokeStatus.Revoked,
            await service.RevokeAsync(new Caller(Guid.Empty, client.Id), token, null, ClientBench.Test));
        Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(token).Status);
    }

    [Fact]
    public async Task A_token_that_somebody_wrote_into_the_store_is_none()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        await _bench.TokenAsync(client.Id, secret);
        var text = TokenKey.NewText();
        Assert.True(TokenKey.TryRead(text, out var key));
        await _bench.Base.Write(c =>
        {
            c.AccessTokens.Insert(new AccessTokenRow(
                key.ToArray(), AccessTokenKind.Access, Guid.Empty, client.Id, Guid.NewGuid(), long.MaxValue, false));
            return true;
        });

        Assert.Equal(TokenStatus.Unknown, _bench.Tokens.Glance(text).Status);
    }

    [Fact]
    public async Task A_clients_token_that_somebody_gave_to_a_signer_is_none()
    {
        var signer = await _bench.Base.AddSigner();
        var (client, secret) = await _bench.AddWithSecretAsync();
        var text = await _bench.TokenAsync(client.Id, secret);
        Assert.True(TokenKey.TryRead(text, out var key));
        await _bench.Base.Write(c =>
        {
            var row = c.AccessTokens.Find(key.ToArray())!;
            Assert.Equal(1, c.AccessTokens.DeleteExpired(row.ExpiresAt, 10));
            c.AccessTokens.Insert(row with { SignerId = signer });
            return true;
        });

        Assert.Equal(TokenStatus.Unknown, _bench.Tokens.Glance(text).Status);
    }

    [Fact]
    public async Task Rows_that_somebody_widened_in_the_store_are_good_for_nothing()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        var token = await _bench.TokenAsync(client.Id, secret);
        await _bench.Base.Write(c => c.Clients.Update(client with
        {
            Operations = ClientOperations.All,
            Reach = ClientReach.All,
            Version = 99,
            Mac = c.Clients.Find(client.Id)!.Mac,
        }) || c.Clients.Update(c.Clients.Find(client.Id)! with
        {
            Reach = ClientReach.All,
            Version = c.Clients.Find(client.Id)!.Version + 1,
        }));

        Assert.Equal(TokenStatus.Unknown, _bench.Tokens.Glance(token).Status);
        Assert.Equal(ClientAuthenticationStatus.SecretRefused, (await _bench.IssueAsync(client.Id, secret)).Status);
        Assert.Equal(
            DirectoryFault.ClientTampered,
            (await Assert.ThrowsAsync<DirectoryException>(
                () => _bench.Directory.ChangeAsync(client.Id, new ClientOrder(), ClientBench.Test))).Fault);
    }

    [Fact]
    public async Task A_certificate_is_known_by_itself_or_by_its_key()
    {
        var client = await _bench.AddAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (first, second) = (Certificate(key, "CN=a"), Certificate(key, "CN=b"));
        await _bench.Secrets.AddCertificateAsync(
            client.Id, first, anyWithKey: false, TimeSpan.FromDays(1), ClientBench.Test);

        Assert.Equal(ClientAuthenticationStatus.Ok, await ByCertificate(client.Id, first));
        Assert.Equal(ClientAuthenticationStatus.CertificateRefused, await ByCertificate(client.Id, second));
        Assert.Equal(ClientAuthenticationStatus.CertificateRefused, await ByCertificate(client.Id, [1, 2, 3]));
        Assert.Equal(ClientAuthenticationStatus.CertificateRefused, await ByCertificate(Guid.CreateVersion7(), first));

        await _bench.Secrets.AddCertificateAsync(
            client.Id, first, anyWithKey: true, TimeSpan.FromDays(1), ClientBench.Test);
        Assert.Equal(ClientAuthenticationStatus.Ok, await ByCertificate(client.Id, second));
    }

    [Fact]
    public async Task A_client_that_asks_for_tokens_too_often_is_put_off()
    {
        var (client, secret) = await _bench.AddWithSecretAsync(new ClientOrder { Rate = 1, Burst = 2 });

        await _bench.TokenAsync(client.Id, secret);
        await _bench.TokenAsync(client.Id, secret);

        Assert.Equal(ClientAuthenticationStatus.RateExceeded, (await _bench.IssueAsync(client.Id, secret)).Status);
    }

    [Fact]
    public async Task Neither_secret_nor_token_is_in_the_store()
    {
        var (client, secret) = await _bench.AddWithSecretAsync();
        var token = await _bench.TokenAsync(client.Id, secret);

        var stored = System.Text.Encoding.Latin1.GetString(_bench.Base.StoreBytes());

        Assert.Contains("portal", stored, StringComparison.Ordinal);
        foreach (var text in new[] { secret, token })
        {
            var raw = System.Buffers.Text.Base64Url.DecodeFromChars(text);
            Assert.DoesNotContain(text, stored, StringComparison.Ordinal);
            Assert.DoesNotContain(System.Text.Encoding.Latin1.GetString(raw), stored, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(raw), stored, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static byte[] Certificate(ECDsa key, string name)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var now = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = request.CreateSelfSigned(now, now.AddYears(1));
        return certificate.RawData;
    }

    private async Task<ClientAuthenticationStatus> ByCertificate(Guid client, byte[] certificate)
        => (await _bench.Service.IssueAsync(
            new ClientProof { ClientId = client, Certificate = certificate }, ClientBench.Test)).Status;

    private Task<ClientAuthenticationStatus> RevokeAsync(Guid client, string secret, string token)
        => _bench.Service.RevokeAsync(
            new ClientProof { ClientId = client, Secret = secret }, token, ClientBench.Test);
}
