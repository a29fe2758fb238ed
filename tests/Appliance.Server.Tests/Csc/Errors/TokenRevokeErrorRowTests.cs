using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>
/// Every error of oauth2/revoke in csc-api section 3.2 by name, as text over a connection. unsupported_token_type is
/// for servers that revoke no access tokens.
/// </summary>
public sealed class TokenRevokeErrorRowTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Unauthorized = "HTTP/1.1 401 Unauthorized";
    private const string Nobody = "client_id=018f0000-0000-7000-8000-000000000000";

    [Theory]
    [InlineData("")]
    [InlineData("client_id=x&token=")]
    public Task Token_is_missing(string body) => IsAsync(body, "Missing parameter token");

    [Fact]
    public Task Token_type_hint_is_bad()
        => IsAsync(Nobody + "&client_secret=x&token=t&token_type_hint=SAD", "Invalid parameter token_type_hint");

    [Fact]
    public Task Client_id_is_missing() => IsAsync("token=t&client_secret=x", "Missing parameter client_id");

    [Fact]
    public Task Client_id_is_bad()
        => IsAsync("token=t&client_id=portal&client_secret=x", "Invalid parameter client_id");

    [Fact]
    public async Task Client_authentication_is_missing()
        => (await PostAsync(Nobody + "&token=t"))
            .IsError("invalid_request", "Client authorization required", Unauthorized);

    [Fact]
    public async Task Secret_is_bad_and_an_unknown_client_gets_the_same()
    {
        var client = await appliance.AddClientAsync();

        await IsAsync(
            $"client_id={client.Id:D}&client_secret=x&token={client.Token}", "Invalid parameter client_secret");
        await IsAsync(
            $"{Nobody}&client_secret={client.Secret}&token={client.Token}", "Invalid parameter client_secret");
        Assert.Equal(200, (await appliance.PostAsync(client, "/csc/v2/credentials/list", new { })).Status);
    }

    [Fact]
    public async Task Authorization_header_is_no_client()
        => (await appliance.SendFormAsync("/oauth2/revoke", "token=t", "Authorization: Bearer x\r\n"))
            .IsError("invalid_client", "Invalid authorization header", Unauthorized);

    [Fact]
    public async Task Token_is_none_or_somebody_elses()
    {
        var client = await appliance.AddClientAsync();
        var other = await appliance.AddClientAsync();

        foreach (var token in new[] { "t", new string('A', 43), other.Token, appliance.Ioana.Token })
        {
            await IsAsync(
                $"client_id={client.Id:D}&client_secret={client.Secret}&token={token}",
                "Invalid string parameter token");
        }

        Assert.Equal(200, (await appliance.PostAsync(other, "/csc/v2/credentials/list", new { })).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&token_type_hint=access_token")]
    [InlineData("&token_type_hint=refresh_token")]
    public async Task A_revoked_token_is_dead_at_once(string hint)
    {
        var client = await appliance.AddClientAsync();
        Assert.Equal(200, (await appliance.PostAsync(client, "/csc/v2/credentials/list", new { })).Status);

        (await PostAsync($"client_id={client.Id:D}&client_secret={client.Secret}&token={client.Token}{hint}"))
            .IsEmpty();

        (await appliance.PostAsync(client, "/csc/v2/credentials/list", new { }))
            .Refused(401, "expired_token", "The access token expired or was revoked");
    }

    private Task<RawReply> PostAsync(string body) => appliance.SendFormAsync("/csc/v2/oauth2/revoke", body, "");

    private async Task IsAsync(string body, string description)
    {
        foreach (var path in new[] { "/csc/v1/oauth2/revoke", "/csc/v2/oauth2/revoke", "/oauth2/revoke" })
        {
            (await appliance.SendFormAsync(path, body, "")).IsError("invalid_request", description);
        }
    }
}
