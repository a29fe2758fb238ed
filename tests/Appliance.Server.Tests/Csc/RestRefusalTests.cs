using System.Text;
using Appliance.Ledger;
using Appliance.Server.Csc;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Csc;

/// <summary>
/// The REST wire of the running appliance: bad input. Each gets its CSC error, costs no signature and no quota, and is
/// in the audit trail.
/// </summary>
public sealed class RestRefusalTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string SignHash = "/csc/v1/signatures/signHash";
    private const string Authorize = "/csc/v1/credentials/authorize";
    private const string Ecdsa = "1.2.840.10045.4.3.2";

    [Theory]
    [InlineData("POST", "/csc/v1/unknown", 404)]
    [InlineData("POST", "/csc/v3/info", 404)]
    [InlineData("POST", "/CSC/v1/info", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/csc/v1/info", 405)]
    [InlineData("PUT", "/csc/v2/signatures/signHash", 405)]
    [InlineData("POST", "/csc/v2/credentials/sendOTP", 501)]
    [InlineData("POST", "/csc/v1/signatures/timestamp", 501)]
    [InlineData("POST", "/csc/v2/signatures/signDoc", 501)]
    [InlineData("POST", "/csc/v1/credentials/getChallenge", 501)]
    [InlineData("GET", "/csc/v2/oauth2/authorize", 501)]
    public async Task Paths_and_methods_that_are_not_served_say_so_in_JSON(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await appliance.SendAsync(request);

        Assert.Equal(status, answer.Status);
        Assert.NotEmpty(answer.Error);
        Assert.NotEmpty(answer.Description);
        Assert.Equal("application/json", answer.Type!.ToString());
    }

    [Theory]
    [InlineData(null, 401, "invalid_request", "The request has no Authorization header")]
    [InlineData("Basic dTpw", 400, "invalid_request", "Malformed authorization header")]
    [InlineData("Bearer", 400, "invalid_request", "Malformed authorization header")]
    [InlineData("Bearer x", 401, "invalid_token", "The access token is not valid")]
    [InlineData(
        "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 401, "invalid_token", "The access token is not valid")]
    public async Task Every_call_but_info_and_login_needs_a_good_token(
        string? authorization, int status, string error, string description)
    {
        foreach (var path in new[] { Authorize, SignHash, "/csc/v2/credentials/list", "/csc/v2/auth/revoke" })
        {
            var answer = await appliance.PostAsync(path, "{}", authorization);
            answer.Refused(status, error, description);
            Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
        }
    }

    [Theory]
    [InlineData("{}", "", 401, "invalid_request", "Malformed authentication parameter.")]
    [InlineData("{}", "Bearer x", 401, "invalid_request", "Malformed authentication parameter.")]
    [InlineData("{}", "Basic YWJj", 400, "invalid_request", "Malformed username-password.")]
    [InlineData(
        "{}", "Basic bm9ib2R5OnB3", 400, "authentication_error", "An error occurred during authentication process")]
    [InlineData("{\"refresh_token\":17}", "", 400, "invalid_request", "Invalid string parameter: refresh_token")]
    [InlineData("{\"refresh_token\":\"short\"}", "", 400, "invalid_request", "Invalid string parameter: refresh_token")]
    [InlineData(
        "{\"refresh_token\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        "",
        400,
        "invalid_request",
        "Invalid refresh_token")]
    public async Task A_bad_login_gets_the_error_of_the_table(
        string body, string authorization, int status, string error, string description)
        => (await appliance.PostAsync("/csc/v2/auth/login", body, authorization.Length == 0 ? null : authorization))
            .Refused(status, error, description);

    [Fact]
    public async Task A_wrong_password_is_in_the_audit_trail()
    {
        var header = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(appliance.Ioana.User + ":wrong"));
        (await appliance.PostAsync("/csc/v1/auth/login", "{}", header))
            .Refused(400, "authentication_error", "An error occurred during authentication process");

        Assert.Equal(appliance.Ioana.Id, appliance.Audit(AuditEvent.LoginFailed)[0].Record.SignerId);
    }

    [Theory]
    [InlineData("/csc/v1/auth/revoke", "{}", "Missing (or invalid type) string parameter token")]
    [InlineData("/csc/v1/auth/revoke", "{'token':'x'}", "Invalid string parameter token")]
    [InlineData(
        "/csc/v2/auth/revoke", "{'token':'x','token_type_hint':'y'}", "Invalid string parameter token_type_hint")]
    [InlineData("/csc/v1/credentials/list", "{'userID':'x'}", "userID parameter MUST be null")]
    [InlineData("/csc/v1/credentials/list", "{'pageToken':'x'}", "Invalid parameter pageToken")]
    [InlineData("/csc/v2/credentials/list", "{'userID':'x'}", "userID parameter MUST be null")]
    [InlineData("/csc/v2/credentials/list", "{'certificates':'all'}", "Invalid parameter certificates")]
    [InlineData("/csc/v1/credentials/info", "{}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData("/csc/v2/credentials/info", "{'credentialID':'x'}", "Invalid parameter credentialID")]
    [InlineData("/csc/v1/credentials/info", "{'credentialID':'ID!'}", "Invalid parameter credentialID")]
    [InlineData(
        "/csc/v1/credentials/info", "{'credentialID':'OWN!','certificates':1}", "Invalid parameter certificates")]
    [InlineData("/csc/v1/credentials/info", "{'credentialID':'OTHERS!'}", "Invalid parameter credentialID")]
    [InlineData(Authorize, "not JSON", CscErrors.GenericDescription)]
    [InlineData(Authorize, "{'credentialID':'OWN!','credentialID':'OWN!'}", CscErrors.GenericDescription)]
    [InlineData(Authorize, "{'credentialID':'OWN!'}", "Missing (or invalid type) integer parameter numSignatures")]
    [InlineData(Authorize, "{'credentialID':'OTHERS!','numSignatures':1,'OTP':'1'}", "Invalid parameter credentialID")]
    [InlineData(Authorize, "{'credentialID':'OWN!','numSignatures':101}", "Numbers of signatures is too high")]
    [InlineData(
        Authorize, "{'credentialID':'OWN!','numSignatures':1,'hash':['A']}", "Invalid Base64 hash string parameter")]
    [InlineData(
        Authorize, "{'credentialID':'OWN!','numSignatures':1}", "Missing (or invalid type) array parameter hash")]
    [InlineData(Authorize, "{'credentialID':'OWN!','numSignatures':1,'hash':['AAAA']}", "Invalid digest value length")]
    [InlineData(SignHash, "{}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(
        SignHash, "{'SAD':'x','credentialID':'OWN!','hash':{}}", "Missing (or invalid type) array parameter hash")]
    [InlineData(
        SignHash,
        "{'SAD':'x','credentialID':'OWN!','hash':['AAAA'],'signAlgo':'1.2'}",
        "Invalid parameter signAlgo")]
    [InlineData(
        SignHash,
        "{'SAD':'x','credentialID':'OWN!','hash':['AAAA'],'signAlgo':'1.2.840.10045.4.3.2'}",
        "Invalid digest value length")]
    [InlineData(
        SignHash,
        "{'SAD':'x','credentialID':'OWN!','hash':['AAAA'],'signAlgo':'1.2.840.10045.2.1'}",
        "Missing (or invalid type) string parameter hashAlgo")]
    public async Task Bad_input_gets_its_error_and_a_record(string path, string body, string description)
    {
        var (quota, records) = (appliance.Quota(), Records());
        var json = Inputs.Json(body)
            .Replace("OWN!", appliance.Ioana.Credentials[1], StringComparison.Ordinal)
            .Replace("OTHERS!", appliance.Mihai.Credentials[1], StringComparison.Ordinal);

        (await appliance.PostAsync(path, json)).Refused(400, "invalid_request", description);

        Assert.Equal((quota, records + 1), (appliance.Quota(), Records()));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_unread()
        => (await appliance.PostAsync(SignHash, "{\"SAD\":\"" + new string('s', 65_536) + "\"}"))
            .Refused(413, "invalid_request", "The request body is larger than this server accepts");

    [Fact]
    public async Task A_form_is_told_that_JSON_is_wanted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, SignHash)
        {
            Headers = { Authorization = new("Bearer", appliance.Ioana.Token) },
            Content = new StringContent("{}", Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        Assert.Equal(415, (await appliance.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_SAD_signs_each_hash_once()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 2, hash);

        Assert.Equal(200, (await SignAsync(sad, hash)).Status);
        (await SignAsync(sad, hash)).Refused(400, "invalid_request", "Hash is not authorized by the SAD.");
        (await SignAsync(sad, RunningAppliance.RandomHash()))
            .Refused(400, "invalid_request", "Hash is not authorized by the SAD.");
        Assert.Contains(
            appliance.Audit(AuditEvent.SignHashRefused), entry => entry.Record.SignerId == appliance.Ioana.Id);
    }

    [Fact]
    public async Task A_SAD_that_is_used_up_is_invalid()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, hash);

        Assert.Equal(200, (await SignAsync(sad, hash)).Status);
        (await SignAsync(sad, hash)).Refused(400, "invalid_request", "Invalid parameter SAD");
    }

    [Fact]
    public async Task Refusals_use_nothing_up()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, hash);
        var (quota, records) = (appliance.Quota(), Records());

        var tampered = (sad[0] == 'A' ? 'B' : 'A') + sad[1..];
        (await SignAsync(tampered, hash)).Refused(400, "invalid_request", "Invalid parameter SAD");
        (await SignAsync(sad, [.. hash, 0])).Refused(400, "invalid_request", "Invalid digest value length");
        (await SignAsync(sad, RunningAppliance.RandomHash()))
            .Refused(400, "invalid_request", "Hash is not authorized by the SAD.");
        (await SignAsync(sad, hash, credential: appliance.Ioana.Credentials[2]))
            .Refused(400, "invalid_request", "Invalid parameter SAD");
        (await SignAsync(sad, hash, signer: appliance.Mihai))
            .Refused(400, "invalid_request", "Invalid parameter credentialID");
        (await SignAsync(sad, hash, credential: appliance.Mihai.Credentials[1], signer: appliance.Mihai))
            .Refused(400, "invalid_request", "Invalid parameter SAD");

        Assert.Equal((quota, records + 6), (appliance.Quota(), Records()));
        Assert.Equal(200, (await SignAsync(sad, hash)).Status);
    }

    [Fact]
    public async Task A_SAD_expires()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, hash);
        appliance.Time.Advance(TimeSpan.FromSeconds(3_600));
        var (quota, records) = (appliance.Quota(), Records());

        (await SignAsync(sad, hash)).Refused(400, "invalid_request", "SAD expired");
        (await appliance.PostAsync(
            "/csc/v1/credentials/extendTransaction",
            $$"""
            {"credentialID":"{{appliance.Ioana.Credentials[1]}}","SAD":"{{sad}}",
            "hash":["{{Convert.ToBase64String(hash)}}"]}
            """))
            .Refused(400, "invalid_request", "SAD expired");
        Assert.Equal((quota, records + 2), (appliance.Quota(), Records()));
    }

    [Fact]
    public async Task A_code_is_accepted_once()
    {
        var code = appliance.FreshCode(appliance.Ioana);
        var body = AuthorizeBody(appliance.Ioana, code);

        Assert.Equal(200, (await appliance.PostAsync(Authorize, body)).Status);
        (await appliance.PostAsync(Authorize, body)).Refused(400, "invalid_otp", "The OTP is invalid");
        (await appliance.PostAsync("/csc/v2/credentials/authorize", body))
            .Refused(400, "invalid_authentication_data", "The authentication data is invalid");
        Assert.Equal(appliance.Ioana.Id, appliance.Audit(AuditEvent.AuthorizeRefused)[0].Record.SignerId);
        var fresh = AuthorizeBody(appliance.Ioana, appliance.FreshCode(appliance.Ioana));
        Assert.Equal(200, (await appliance.PostAsync(Authorize, fresh)).Status);
    }

    [Fact]
    public async Task Five_wrong_codes_lock_the_factor()
    {
        var bearer = "Bearer " + appliance.Mihai.Token;
        for (var i = 0; i < 5; i++)
        {
            var wrong = await appliance.PostAsync(Authorize, AuthorizeBody(appliance.Mihai, "x"), bearer);
            Assert.Equal(400, wrong.Status);
        }

        var right = AuthorizeBody(appliance.Mihai, appliance.FreshCode(appliance.Mihai));
        (await appliance.PostAsync(Authorize, right, bearer)).Refused(400, "invalid_request", "OTP locked");
        (await appliance.PostAsync("/csc/v2/credentials/authorize", right, bearer))
            .Refused(400, "invalid_request", "Credential locked");
        Assert.Equal(appliance.Mihai.Id, appliance.Audit(AuditEvent.FactorLocked)[0].Record.SignerId);
    }

    private int Records() => new[]
    {
        AuditEvent.RequestRefused, AuditEvent.AuthorizeRefused, AuditEvent.SignHashRefused, AuditEvent.ExtendRefused,
    }.Sum(wanted => appliance.Audit(wanted).Count);

    private static string AuthorizeBody(TestSigner signer, string code)
        => $$"""
            {"credentialID":"{{signer.Credentials[1]}}","numSignatures":1,
            "hash":["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],"OTP":"{{code}}"}
            """;

    private Task<RestAnswer> SignAsync(string sad, byte[] hash, string? credential = null, TestSigner? signer = null)
        => appliance.PostAsync(
            SignHash,
            $$"""
            {"credentialID":"{{credential ?? appliance.Ioana.Credentials[1]}}","SAD":"{{sad}}",
            "hash":["{{Convert.ToBase64String(hash)}}"],"signAlgo":"{{Ecdsa}}"}
            """,
            "Bearer " + (signer ?? appliance.Ioana).Token);
}
