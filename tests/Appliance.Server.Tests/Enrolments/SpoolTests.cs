using System.Text.Json;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Enrolments;

/// <summary>Enrolment through the API alone, with mails and short messages read back from the spool.</summary>
public sealed class SpoolTests : IAsyncLifetime
{
    private const string Mail = "ioana@example.com";
    private const string Phone = "+40721123456";
    private const string NewPhone = "+40766666666";

    private readonly Spool _spool = new();
    private RunningAppliance _appliance = null!;

    private string Bearer => "Bearer " + _appliance.Ioana.Token;

    public async ValueTask InitializeAsync()
    {
        _appliance = new RunningAppliance
        {
            Settings =
            [
                new("Notify:Email", "spool"), new("Notify:Sms", "spool"), new("Notify:SpoolFolder", _spool.Folder),
            ],
        };
        await _appliance.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _appliance.DisposeAsync();
        _spool.Dispose();
    }

    [Fact]
    public async Task Pairing_reset_change_of_telephone_and_recovery_end_to_end()
    {
        // Pairing: the link by e-mail, the code by SMS.
        await OkAsync("/factors/v1/invite", new { });
        var link = await _spool.NextLinkAsync("pairing-link", Mail);
        await OkAsync("/factors/v1/open", new { link }, null);
        var code = await _spool.NextCodeAsync("pairing-code", Phone);
        var secret = (await OkAsync("/factors/v1/confirm", new { link, code }, null)).Text("secret");
        await OkAsync("/factors/v1/activate", new { link, code = FreshCode(secret) }, null);

        // Reset: no link.
        await OkAsync("/factors/v1/send", new { });
        code = await _spool.NextCodeAsync("pairing-code", Phone);
        secret = (await OkAsync("/factors/v1/confirm", new { code })).Text("secret");
        await OkAsync("/factors/v1/activate", new { code = FreshCode(secret) });
        Assert.Equal("active", (await OkAsync("/factors/v1/status", new { })).Text("totp"));

        // Change of telephone.
        await OkAsync("/signers/v1/phone/start", new { });
        code = await _spool.NextCodeAsync("phone-change-code", Mail);
        await OkAsync("/signers/v1/phone/confirm", new { code, phone = NewPhone });
        code = await _spool.NextCodeAsync("new-phone-code", NewPhone);
        await OkAsync("/signers/v1/phone/finish", new { code });
        var told = await _spool.NextAsync("phone-changed", Mail);
        Assert.Contains("+40******666", told.Text("text"), StringComparison.Ordinal);
        Assert.Equal(401, (await PostAsync("/factors/v1/status", new { }, Bearer)).Status);

        // Recovery: the code goes to the new number.
        await OkAsync("/signers/v1/recover", new { userName = Mail }, null);
        link = await _spool.NextLinkAsync("recovery-link", Mail);
        await OkAsync("/factors/v1/send", new { link }, null);
        code = await _spool.NextCodeAsync("recovery-code", NewPhone);
        await OkAsync("/factors/v1/confirm", new { link, code }, null);
        await OkAsync("/signers/v1/password/finish", new { link, password = "another horse 3" }, null);
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Mail + ":another horse 3"));
        Assert.Equal(200, (await PostAsync("/csc/v1/auth/login", new { }, "Basic " + basic)).Status);
    }

    private Task<JsonElement> OkAsync(string path, object body) => OkAsync(path, body, Bearer);

    private async Task<JsonElement> OkAsync(string path, object body, string? authorization)
        => (await PostAsync(path, body, authorization)).Json;

    private Task<RestAnswer> PostAsync(string path, object body, string? authorization)
        => _appliance.PostAsync(path, JsonSerializer.Serialize(body), authorization);

    private string FreshCode(string secret)
    {
        _appliance.Time.Advance(TimeSpan.FromSeconds(30));
        return OneTime.Code(secret, _appliance.Time.GetUtcNow());
    }
}
