using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>
/// Every error of oauth2/token in csc-api section 3.2 by name, as text over a connection. The rows of codes and refresh
/// tokens belong to grants that are not offered here, which say so.
/// </summary>
public sealed class TokenErrorRowTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Unauthorized = "HTTP/1.1 401 Unauthorized";
    private const string Nobody = "client_id=018f0000-0000-7000-8000-000000000000";
    private const string Grant = "grant_type=client_credentials";
    private const string Bearer = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

    [Theory]
    [InlineData("")]
    [InlineData("grant_type=client_credentials")]
    [InlineData("client_id=&grant_type=client_credentials&client_secret=x")]
    public Task Client_id_is_missing(string body) => IsAsync(body, "Missing parameter client_id");

    [Theory]
    [InlineData("")]
    [InlineData("&grant_type=")]
    public Task Grant_type_is_missing(string more)
        => IsAsync(Nobody + "&client_secret=x" + more, "Missing parameter grant_type");

    [Fact]
    public Task Code_is_missing() => IsAsync(Nobody + "&grant_type=authorization_code", "Missing parameter code");

    [Fact]
    public Task Refresh_token_is_missing()
        => IsAsync(Nobody + "&grant_type=refresh_token", "Missing parameter refresh_token");

    [Theory]
    [InlineData("password")]
    [InlineData("CLIENT_CREDENTIALS")]
    [InlineData("implicit")]
    public Task Grant_type_is_bad(string type)
        => IsAsync($"{Nobody}&client_secret=x&grant_type={type}", "Invalid parameter grant_type");

    [Theory]
    [InlineData("portal")]
    [InlineData("018f00000000700080000000000000000")]
    [InlineData("%7B018f0000-0000-7000-8000-000000000000%7D")]
    public Task Client_id_is_bad(string id)
        => IsAsync($"client_id={id}&client_secret=x&{Grant}", "Invalid parameter client_id");

    [Fact]
    public async Task Client_authentication_is_missing()
        => (await PostAsync($"{Nobody}&{Grant}"))
            .IsError("invalid_request", "Client authorization required", Unauthorized);

    [Fact]
    public async Task Secret_is_bad_and_an_unknown_client_gets_the_same()
    {
        var client = await appliance.AddClientAsync();

        await IsAsync($"client_id={client.Id:D}&client_secret=x&{Grant}", "Invalid parameter client_secret");
        await IsAsync($"{Nobody}&client_secret={client.Secret}&{Grant}", "Invalid parameter client_secret");
    }

    [Theory]
    [InlineData("authorization_code&code=x&redirect_uri=https%3A%2F%2Fa.example", "authorization_code")]
    [InlineData("refresh_token&refresh_token=x", "refresh_token")]
    [InlineData("refresh_token&refreshToken=x", "refresh_token")]
    public async Task Codes_and_refresh_tokens_are_not_offered(string grant, string named)
        => (await PostAsync($"{Nobody}&client_secret=x&grant_type={grant}")).IsError(
            "unsupported_grant_type",
            $"grant_type {named} is not offered by this server; clients use client_credentials");

    [Theory]
    [InlineData("Authorization: Bearer x\r\n")]
    [InlineData("Authorization: Basic !\r\n")]
    [InlineData("Authorization: Basic YWJj\r\n")]
    public async Task Authorization_header_is_no_client(string header)
        => (await appliance.SendFormAsync("/oauth2/token", Grant, header))
            .IsError("invalid_client", "Invalid authorization header", Unauthorized);

    [Theory]
    [InlineData("client_secret=x&client_assertion=y&client_assertion_type=" + Bearer)]
    [InlineData("client_secret=x&client_secret=x")]
    [InlineData("client_secret=%zz")]
    [InlineData("client_secret=%ff%fe")]
    public Task More_than_one_way_to_authenticate_or_no_form_is_malformed(string more)
        => IsAsync(
            $"{Nobody}&{Grant}&{more}",
            "The request is missing a required parameter, includes an invalid parameter value, includes a parameter "
                + "more than once, or is otherwise malformed.");

    [Fact]
    public async Task Assertion_is_bad()
    {
        (await PostAsync($"{Grant}&client_assertion=a.b.c&client_assertion_type={Bearer}"))
            .IsError("invalid_client", "Invalid parameter client_assertion", Unauthorized);
        await IsAsync($"{Grant}&client_assertion=a.b.c", "Invalid parameter client_assertion_type");
    }

    [Fact]
    public async Task Scope_is_none_of_a_clients_own()
    {
        var client = await appliance.AddClientAsync();

        var proof = $"client_id={client.Id:D}&client_secret={client.Secret}&{Grant}";
        (await PostAsync($"{proof}&scope=credential"))
            .IsError("invalid_scope", "A client's own token has the scope service");
        Assert.Equal("HTTP/1.1 200 OK", (await PostAsync($"{proof}&scope=service")).StatusLine);
    }

    [Fact]
    public async Task Client_is_stopped()
    {
        var client = await appliance.AddClientAsync();
        await appliance.StopAsync(client, ClientState.Suspended);

        (await PostAsync($"client_id={client.Id:D}&client_secret={client.Secret}&{Grant}"))
            .IsError("unauthorized_client", "The client is suspended or ended");
    }

    [Fact]
    public async Task Json_is_no_form_and_a_long_body_is_not_read()
    {
        (await appliance.SendTextAsync("/oauth2/token", "{\"grant_type\":\"client_credentials\"}", "")).IsError(
            "invalid_request",
            "The Content-Type must be application/x-www-form-urlencoded, in UTF-8",
            "HTTP/1.1 415 Unsupported Media Type");
        (await PostAsync("a=" + new string('x', 20_000))).IsError(
            "invalid_request",
            "The request body is larger than this server accepts",
            "HTTP/1.1 413 Payload Too Large");
    }

    [Fact]
    public async Task Basic_authenticates_with_form_encoding_inside()
    {
        var client = await appliance.AddClientAsync();
        var basic = Convert.ToBase64String(
            System.Text.Encoding.ASCII.GetBytes($"{client.Id:D}".Replace("-", "%2D") + ":" + client.Secret));

        foreach (var path in new[] { "/oauth2/token", "/csc/v1/oauth2/token", "/csc/v2//oauth2/token/" })
        {
            var answer = await appliance.SendFormAsync(path, Grant, $"Authorization: Basic {basic}\r\n");
            Assert.Equal("HTTP/1.1 200 OK", answer.StatusLine);
            Assert.Matches(
                "^\\{\"access_token\":\"[A-Za-z0-9_-]{43}\",\"token_type\":\"Bearer\",\"expires_in\":3600\\}$",
                answer.Body);
        }
    }

    private Task<RawReply> PostAsync(string body) => appliance.SendFormAsync("/csc/v2/oauth2/token", body, "");

    private async Task IsAsync(string body, string description)
    {
        foreach (var path in new[] { "/csc/v1/oauth2/token", "/csc/v2/oauth2/token", "/oauth2/token" })
        {
            (await appliance.SendFormAsync(path, body, "")).IsError("invalid_request", description);
        }
    }
}
