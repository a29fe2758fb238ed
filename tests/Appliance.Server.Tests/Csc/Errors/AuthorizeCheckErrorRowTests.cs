using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>credentials/authorizeCheck: each row of csc-api 3.2, as text; and what is no error.</summary>
public sealed class AuthorizeCheckErrorRowTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Path = "/csc/v2/credentials/authorizeCheck";
    private const int Approval = 2;
    private const int PinAndApproval = 3;

    [Theory]
    [InlineData("Basic dTpw")]
    [InlineData("Bearer")]
    public async Task Authorization_is_malformed(string header)
        => (await appliance.SendTextAsync(Path, "{}", $"Authorization: {header}\r\n"))
            .IsError("invalid_request", "Malformed authorization header");

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"handle\":7}")]
    [InlineData("{\"handle\":\"x\"}")]
    [InlineData("{\"handle\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}")]
    public async Task Handle_is_invalid(string body)
        => (await appliance.PostAsync(Path, body, appliance.Elena))
            .IsError("invalid_request", "Invalid parameter handle");

    [Fact]
    public async Task Handle_is_another_callers()
    {
        var handle = await AskAsync();
        (await CheckAsync(handle, appliance.Mihai)).IsError("invalid_request", "Invalid parameter handle");
        await DecideAsync("deny");
    }

    [Fact]
    public async Task Signer_denied()
    {
        var handle = await AskAsync();
        await DecideAsync("deny");
        (await CheckAsync(handle)).IsError("invalid_authentication_data", "The authentication data is invalid");
    }

    [Fact]
    public async Task Signer_did_not_decide_in_time()
    {
        var handle = await AskAsync();
        appliance.Time.Advance(TimeSpan.FromMinutes(10));
        (await CheckAsync(handle)).IsError("invalid_authentication_data", "The authentication data is invalid");
    }

    [Fact]
    public async Task Credential_is_locked()
    {
        var pin = "{\"id\":\"PIN\",\"value\":\"2580\"}";
        var handle = await AskAsync(appliance.Radu, PinAndApproval, pin);
        for (var i = 0; i < 5; i++)
        {
            await AuthorizeAsync(appliance.Radu, PinAndApproval, "{\"id\":\"PIN\",\"value\":\"1111\"}");
        }

        (await CheckAsync(handle, appliance.Radu)).IsError("invalid_request", "Credential locked");
    }

    [Fact]
    public async Task Pending_is_202_and_an_approval_gives_the_same_SAD_each_time()
    {
        var handle = await AskAsync();
        (await CheckAsync(handle)).Is("HTTP/1.1 202 Accepted", $$"""{"handle":"{{handle}}"}""");

        await DecideAsync("approve");

        var first = await CheckAsync(handle);
        Assert.Equal("HTTP/1.1 200 OK", first.StatusLine);
        Assert.Matches("^{\"SAD\":\"[A-Za-z0-9_-]{148}\",\"expiresIn\":3600}$", first.Body);
        first.Is("HTTP/1.1 200 OK", (await CheckAsync(handle)).Body);
        appliance.Time.Advance(TimeSpan.FromHours(1));
        (await CheckAsync(handle)).IsError("invalid_request", "Invalid parameter handle");
    }

    [Fact]
    public async Task Version_1_does_not_have_it()
        => Assert.Equal(
            "HTTP/1.1 501 Not Implemented",
            (await appliance.PostAsync("/csc/v1/credentials/authorizeCheck", "{}", appliance.Elena)).StatusLine);

    private Task<RawReply> CheckAsync(string handle, TestSigner? signer = null)
        => appliance.PostAsync(Path, $$"""{"handle":"{{handle}}"}""", signer ?? appliance.Elena);

    private async Task<string> AskAsync(TestSigner? signer = null, int credential = Approval, string data = "")
    {
        // Those of the tests before do not count any more.
        appliance.Time.Advance(TimeSpan.FromMinutes(10));
        var answer = await AuthorizeAsync(signer ?? appliance.Elena, credential, data);
        Assert.Equal("HTTP/1.1 202 Accepted", answer.StatusLine);
        Assert.Matches("^{\"handle\":\"[A-Za-z0-9_-]{43}\"}$", answer.Body);
        return answer.Body[11..^2];
    }

    private Task<RawReply> AuthorizeAsync(TestSigner signer, int credential, string data)
        => appliance.PostAsync(
            "/csc/v2/credentials/authorize",
            $"{{\"credentialID\":\"{signer.Credentials[credential]}\",\"numSignatures\":1,"
                + $"\"hashes\":[\"{RawWire.Hash}\"],\"authData\":[{data}]}}",
            signer);

    private async Task DecideAsync(string decision)
    {
        var link = await appliance.TakeLinkAsync(appliance.Elena);
        var answer = await appliance.SendTextAsync(
            $"/approvals/v1/{decision}", $$"""{"link":"{{link}}"}""", "");
        answer.Is("HTTP/1.1 200 OK", $$"""{"state":"{{(decision == "deny" ? "denied" : "approved")}}"}""");
    }
}
