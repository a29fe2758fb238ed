using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>credentials/authorize of version 1 where the signer approves elsewhere: the call waits (csc-api 1.6).</summary>
public sealed class ImplicitErrorRowTests(ImpatientAppliance impatient) : IClassFixture<ImpatientAppliance>
{
    private readonly RunningAppliance _appliance = impatient.Appliance;
    private const int Approval = 2;
    private const int PinAndApproval = 3;

    [Fact]
    public async Task Signer_approves_and_the_call_answers()
    {
        var call = AuthorizeAsync(Approval);
        await DecideAsync("approve");
        var answer = await call;
        Assert.Equal("HTTP/1.1 200 OK", answer.StatusLine);
        Assert.Matches("^{\"SAD\":\"[A-Za-z0-9_-]{148}\",\"expiresIn\":3600}$", answer.Body);
    }

    [Fact]
    public async Task Signer_denies()
    {
        var call = AuthorizeAsync(Approval);
        await DecideAsync("deny");
        (await call).IsError("access_denied", "The signer did not approve");
    }

    [Fact]
    public async Task Signer_does_not_decide_in_time()
    {
        (await AuthorizeAsync(Approval)).IsError("access_denied", "The signer did not approve in time");
        var link = await _appliance.TakeLinkAsync(_appliance.Elena);
        var late = await _appliance.SendTextAsync("/approvals/v1/approve", $$"""{"link":"{{link}}"}""", "");
        late.IsError(
            "approval_over", "The approval was decided before, was withdrawn, or has expired", "HTTP/1.1 409 Conflict");
    }

    [Fact]
    public async Task PIN_is_wrong_and_nobody_is_asked()
    {
        while (await _appliance.TakeNoticeAsync(_appliance.Elena) is not null)
        {
            // Those of the tests before.
        }

        (await AuthorizeAsync(PinAndApproval, ",\"PIN\":\"1111\"")).IsError("invalid_pin", "The PIN is invalid");
        Assert.Null(await _appliance.TakeNoticeAsync(_appliance.Elena));
    }

    [Fact]
    public async Task Calls_that_wait_take_no_place_of_others()
    {
        // Two places for calls in work, and four calls that wait for their signer.
        _appliance.Time.Advance(TimeSpan.FromMinutes(10));
        var waiting = new List<Task<RawReply>>();
        while (waiting.Count < 4)
        {
            waiting.Add(PostAsync(Approval, ""));
            while (await PendingAsync() < waiting.Count)
            {
                // Until it waits.
            }
        }

        var other = await _appliance.PostAsync("/csc/v1/credentials/list", "{}", _appliance.Mihai);
        Assert.Equal("HTTP/1.1 200 OK", other.StatusLine);
        await Task.WhenAll(waiting);
    }

    private async Task<int> PendingAsync()
    {
        var answer = await _appliance.PostAsync("/approvals/v1/list", "{}", _appliance.Elena);
        return answer.Body.Split("\"state\":\"pending\"").Length - 1;
    }

    private Task<RawReply> AuthorizeAsync(int credential, string members = "")
    {
        // Those of the tests before do not count any more.
        _appliance.Time.Advance(TimeSpan.FromMinutes(10));
        return PostAsync(credential, members);
    }

    private Task<RawReply> PostAsync(int credential, string members) => _appliance.PostAsync(
        "/csc/v1/credentials/authorize",
        $"{{\"credentialID\":\"{_appliance.Elena.Credentials[credential]}\",\"numSignatures\":1,"
            + $"\"hash\":[\"{RawWire.Hash}\"]{members}}}",
        _appliance.Elena);

    private async Task DecideAsync(string decision)
    {
        while (await PendingAsync() == 0)
        {
            // Until the call waits.
        }

        var link = await _appliance.TakeLinkAsync(_appliance.Elena);
        var answer = await _appliance.SendTextAsync($"/approvals/v1/{decision}", $$"""{"link":"{{link}}"}""", "");
        Assert.Equal("HTTP/1.1 200 OK", answer.StatusLine);
    }
}
