using System.Text.Json;
using Appliance.Factors;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Enrolments;

/// <summary>Enrolment end to end over REST, with the codes and links that the signer gets.</summary>
public sealed class EnrolmentTests : IAsyncLifetime
{
    private const string Invalid = "The code is invalid";
    private const string LinkGone = "The link is not valid, or was used or replaced";
    private static readonly TimeSpan s_resend = TimeSpan.FromMinutes(30);

    private readonly RunningAppliance _appliance = new();
    private Mailbox _mailbox = null!;

    private TestSigner Ioana => _appliance.Ioana;

    private long Now => _appliance.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask InitializeAsync()
    {
        await _appliance.InitializeAsync();
        _mailbox = new Mailbox(_appliance, Ioana.Id);
    }

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    [Fact]
    public async Task An_authenticator_is_paired_by_a_link_by_email_and_a_code_by_SMS()
    {
        var invited = await OkAsync("/factors/v1/invite", "{}");
        Assert.Equal("i***@example.com", invited.Text("sentTo"));
        var link = await _mailbox.TakeLinkAsync(NoticeKind.PairingLink);

        var opened = await OpenAsync(link, sends: true);
        Assert.Equal(("pairing", "+40******456"), (opened.Text("purpose"), opened.Text("sentTo")));
        Assert.Equal(Now + 600_000, opened.GetProperty("expiresAt").GetInt64());
        Assert.Equal(Now + 1_800_000, opened.GetProperty("resendAt").GetInt64());
        var code = await _mailbox.TakeCodeAsync(NoticeKind.PairingCode);

        _appliance.Time.Advance(TimeSpan.FromMinutes(1));
        var again = await OpenAsync(link, sends: false);
        Assert.Equal(opened.GetProperty("expiresAt").GetInt64(), again.GetProperty("expiresAt").GetInt64());
        Assert.Equal(opened.GetProperty("resendAt").GetInt64(), again.GetProperty("resendAt").GetInt64());
        Assert.Null(await _mailbox.TakeAsync());

        await RefusedAsync(
            "/factors/v1/activate",
            Body(link, _appliance.FreshCode(Ioana)),
            "The code that was sent must be given first");
        await RefusedOtpAsync("/factors/v1/confirm", Body(link, Wrong(code)), Invalid);
        var paired = await OkAsync("/factors/v1/confirm", Body(link, code), null);
        var secret = paired.Text("secret");
        Assert.Contains($"secret={secret}", paired.Text("otpauthUri"), StringComparison.Ordinal);
        Assert.StartsWith("<svg", paired.Text("qrSvg"), StringComparison.Ordinal);
        Assert.Equal("\u0089PNG", System.Text.Encoding.Latin1.GetString(
            paired.GetProperty("qrPng").GetBytesFromBase64(), 0, 4));

        // Shown once; the old one is void; the new one is of no use before its first code.
        await RefusedOtpAsync("/factors/v1/confirm", Body(link, code), "No code is waiting for this");
        Assert.Equal("pending", (await OkAsync("/factors/v1/status", "{}")).Text("totp"));
        Assert.NotEqual(200, (await AuthorizeAsync(Ioana.Secret)).Status);

        await OkAsync("/factors/v1/activate", Body(link, FreshCode(secret)), null);
        Assert.Equal("active", (await OkAsync("/factors/v1/status", "{}")).Text("totp"));
        Assert.Equal(200, (await AuthorizeAsync(secret)).Status);
        Assert.NotEqual(200, (await AuthorizeAsync(Ioana.Secret)).Status);
        await RefusedAsync("/factors/v1/open", Body(link), LinkGone);
    }

    [Fact]
    public async Task A_reset_needs_the_code_by_SMS_and_no_second_factor()
    {
        var sent = await OkAsync("/factors/v1/send", "{}");
        Assert.True(sent.GetProperty("sent").GetBoolean());
        var code = await _mailbox.TakeCodeAsync(NoticeKind.PairingCode);
        Assert.Equal(200, (await AuthorizeAsync(Ioana.Secret)).Status);

        var secret = (await OkAsync("/factors/v1/confirm", $$"""{"code":"{{code}}"}""")).Text("secret");
        Assert.NotEqual(200, (await AuthorizeAsync(Ioana.Secret)).Status);
        await RefusedOtpAsync("/factors/v1/activate", """{"code":"no code"}""", Invalid);
        await OkAsync("/factors/v1/activate", $$"""{"code":"{{FreshCode(secret)}}"}""");

        Assert.Equal(200, (await AuthorizeAsync(secret)).Status);
    }

    [Fact]
    public async Task Five_wrong_codes_lock_and_mail_the_link_that_pairs_again()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await _mailbox.TakeAsync());
            Assert.Equal(400, (await AuthorizeWithAsync("000")).Status);
        }

        var link = await _mailbox.TakeLinkAsync(NoticeKind.FactorLocked);
        Assert.NotEqual(200, (await AuthorizeAsync(Ioana.Secret)).Status);
        await OpenAsync(link, sends: true);
        var code = await _mailbox.TakeCodeAsync(NoticeKind.PairingCode);
        var secret = (await OkAsync("/factors/v1/confirm", Body(link, code), null)).Text("secret");
        await OkAsync("/factors/v1/activate", Body(link, FreshCode(secret)), null);

        Assert.Equal(200, (await AuthorizeAsync(secret)).Status);
    }

    [Fact]
    public async Task Five_wrong_codes_by_SMS_void_it_and_another_comes_after_thirty_minutes()
    {
        await OkAsync("/factors/v1/send", "{}");
        var code = await _mailbox.TakeCodeAsync(NoticeKind.PairingCode);
        for (var i = 1; i < 5; i++)
        {
            await RefusedOtpAsync("/factors/v1/confirm", $$"""{"code":"{{Wrong(code)}}"}""", Invalid);
        }

        const string Void = "The code is void after too many wrong tries";
        await RefusedOtpAsync("/factors/v1/confirm", $$"""{"code":"{{Wrong(code)}}"}""", Void);
        await RefusedOtpAsync("/factors/v1/confirm", $$"""{"code":"{{code}}"}""", Void);
        Assert.False((await OkAsync("/factors/v1/send", "{}")).GetProperty("sent").GetBoolean());
        _appliance.Time.Advance(s_resend);
        Assert.True((await OkAsync("/factors/v1/send", "{}")).GetProperty("sent").GetBoolean());
        var next = await _mailbox.TakeCodeAsync(NoticeKind.PairingCode);
        _appliance.Time.Advance(TimeSpan.FromMinutes(10));
        await RefusedOtpAsync("/factors/v1/confirm", $$"""{"code":"{{next}}"}""", "The code has expired");
    }

    [Fact]
    public async Task A_password_is_recovered_by_a_link_by_email_and_a_code_by_SMS()
    {
        await OkAsync("/signers/v1/recover", """{"userName":"IOANA@example.com"}""", null);
        var link = await _mailbox.TakeLinkAsync(NoticeKind.RecoveryLink);
        await OkAsync("/signers/v1/recover", """{"userName":"ioana@example.com"}""", null);
        Assert.Null(await _mailbox.TakeAsync());

        Assert.Equal("recovery", (await OkAsync("/factors/v1/open", Body(link), null)).Text("purpose"));
        Assert.Null(await _mailbox.TakeAsync());
        var finish = $$"""{"link":"{{link}}","password":"another horse 7"}""";
        var computations = _appliance.Composition.Passwords.Computations;
        await RefusedAsync("/signers/v1/password/finish", finish, "The code that was sent must be given first");
        Assert.Equal(computations, _appliance.Composition.Passwords.Computations);

        await OkAsync("/factors/v1/send", Body(link), null);
        var code = await _mailbox.TakeCodeAsync(NoticeKind.RecoveryCode);
        Assert.False((await OkAsync("/factors/v1/confirm", Body(link, code), null)).TryGetProperty("secret", out _));
        await RefusedAsync(
            "/signers/v1/password/finish",
            $$"""{"link":"{{link}}","password":"short"}""",
            "The password is too short: it needs at least 8 characters.");
        await OkAsync("/signers/v1/password/finish", finish, null);

        Assert.Equal(401, (await _appliance.PostAsync("/factors/v1/status", "{}")).Status);
        Assert.Equal(400, (await LoginAsync("correct horse 1")).Status);
        Assert.Equal(200, (await LoginAsync("another horse 7")).Status);
        await RefusedAsync("/signers/v1/password/finish", finish, LinkGone);
    }

    [Fact]
    public async Task Nobody_learns_from_a_recovery_whether_a_user_exists()
    {
        var texts = new List<(int, string)>();
        var commits = new List<long>();
        foreach (var user in new[] { "ioana@example.com", "nobody@example.com", "x", "ioana@example.com" })
        {
            var before = _appliance.Ledger.Commits;
            var answer = await _appliance.PostAsync("/signers/v1/recover", $$"""{"userName":"{{user}}"}""", null);
            texts.Add((answer.Status, answer.Text));
            commits.Add(_appliance.Ledger.Commits - before);
        }

        Assert.Equal((200, "{}"), Assert.Single(texts.Distinct()));
        Assert.Equal(1, Assert.Single(commits.Distinct()));
    }

    [Fact]
    public async Task An_activation_names_no_other_telephone_once_an_authenticator_is_paired()
    {
        await OkAsync("/signers/v1/invite", "{}");
        var link = await _mailbox.TakeLinkAsync(NoticeKind.ActivationLink);

        await RefusedAsync(
            "/factors/v1/send", $$"""{"link":"{{link}}","phone":"+40733333333"}""", "Invalid parameter phone");

        Assert.Null(await _mailbox.TakeAsync());
    }

    [Fact]
    public async Task An_account_is_activated_with_a_telephone_that_the_signer_corrects_and_a_password()
    {
        Assert.True(await _appliance.Ledger.WriteAsync(
            connection => connection.Factors.Update(
                connection.Factors.FindBySigner(Ioana.Id)! with { State = FactorState.Void, Secret = [] }),
            TestContext.Current.CancellationToken));
        await OkAsync("/signers/v1/invite", "{}");
        var link = await _mailbox.TakeLinkAsync(NoticeKind.ActivationLink);
        var opened = await OkAsync("/factors/v1/open", Body(link), null);
        Assert.Equal(
            ("activation", Ioana.User, "Ioana Pop"),
            (opened.Text("purpose"), opened.Text("userName"), opened.Text("displayName")));
        Assert.Null(await _mailbox.TakeAsync());

        await RefusedAsync(
            "/factors/v1/send", $$"""{"link":"{{link}}","phone":"0721"}""", "Invalid parameter phone");
        await OkAsync("/factors/v1/send", $$"""{"link":"{{link}}","phone":"+40733333333"}""", null);
        var sms = await _mailbox.TakeAsync(NoticeKind.ActivationCode, NoticeChannel.Sms);
        Assert.Equal("+40733333333", sms.To);
        Assert.Equal("+40******456", (await OkAsync("/factors/v1/status", "{}")).Text("phone"));
        await OkAsync("/factors/v1/confirm", Body(link, sms.Values["code"]), null);
        Assert.Equal("+40******333", (await OkAsync("/factors/v1/status", "{}")).Text("phone"));
        await OkAsync(
            "/signers/v1/password/finish", $$"""{"link":"{{link}}","password":"another horse 8"}""", null);

        Assert.Equal(200, (await LoginAsync("another horse 8")).Status);
    }

    [Fact]
    public async Task A_telephone_is_changed_by_a_code_by_email_and_one_to_the_new_number()
    {
        var started = await OkAsync("/signers/v1/phone/start", "{}");
        Assert.Equal(Now + 300_000, started.GetProperty("expiresAt").GetInt64());
        var first = await _mailbox.TakeCodeAsync(NoticeKind.PhoneChangeCode, NoticeChannel.Email);
        await RefusedAsync(
            "/signers/v1/phone/confirm", $$"""{"code":"{{first}}","phone":"+0"}""", "Invalid parameter phone",
            "Bearer " + Ioana.Token);
        var confirmed = await OkAsync(
            "/signers/v1/phone/confirm", $$"""{"code":"{{first}}","phone":"+40744444444"}""");
        Assert.Equal(Now + 300_000, confirmed.GetProperty("expiresAt").GetInt64());
        var second = await _mailbox.TakeAsync(NoticeKind.NewPhoneCode, NoticeChannel.Sms);
        Assert.Equal("+40744444444", second.To);

        var done = await OkAsync("/signers/v1/phone/finish", $$"""{"code":"{{second.Values["code"]}}"}""");

        Assert.Equal("+40******444", done.Text("phone"));
        var told = await _mailbox.TakeAsync(NoticeKind.PhoneChanged, NoticeChannel.Email);
        Assert.Equal(("+40******456", "+40******444"), (told.Values["oldPhone"], told.Values["newPhone"]));
        Assert.Equal(401, (await _appliance.PostAsync("/factors/v1/status", "{}")).Status);
        Assert.Equal(200, (await LoginAsync(Ioana.Password)).Status);
    }

    [Fact]
    public async Task A_password_is_changed_by_who_knows_it()
    {
        await RefusedAsync(
            "/signers/v1/password/change",
            """{"presentPassword":"wrong","password":"another horse 9"}""",
            "An error occurred during authentication process",
            "Bearer " + Ioana.Token,
            "authentication_error");
        await OkAsync(
            "/signers/v1/password/change",
            $$"""{"presentPassword":"{{Ioana.Password}}","password":"another horse 9"}""");

        Assert.Equal(401, (await _appliance.PostAsync("/factors/v1/status", "{}")).Status);
        Assert.Equal(200, (await LoginAsync("another horse 9")).Status);
    }

    [Fact]
    public async Task A_PIN_is_set_by_a_code_changed_by_the_PIN_and_locked_by_five_wrong_ones()
    {
        var bearer = "Bearer " + Ioana.Token;
        await RefusedAsync(
            "/factors/v1/pin", """{"pin":"4711"}""",
            "Give the present PIN (presentPin) or a code of the authenticator (code)", bearer);
        await OkAsync("/factors/v1/pin", $$"""{"pin":"4711","code":"{{_appliance.FreshCode(Ioana)}}"}""");
        await OkAsync("/factors/v1/pin", """{"pin":"2580","presentPin":"4711"}""");
        for (var i = 1; i < 5; i++)
        {
            await RefusedAsync(
                "/factors/v1/pin",
                """{"pin":"4711","presentPin":"0815"}""",
                "The PIN is invalid",
                bearer,
                "invalid_pin");
        }

        await RefusedAsync("/factors/v1/pin", """{"pin":"4711","presentPin":"0815"}""", "OTP locked", bearer);
        await RefusedAsync("/factors/v1/pin", """{"pin":"4711","presentPin":"2580"}""", "OTP locked", bearer);
        Assert.Equal("locked", (await OkAsync("/factors/v1/status", "{}")).Text("pin"));
        await OkAsync("/factors/v1/pin", $$"""{"pin":"4711","code":"{{_appliance.FreshCode(Ioana)}}"}""");
        Assert.Equal("active", (await OkAsync("/factors/v1/status", "{}")).Text("pin"));
    }

    [Fact]
    public async Task Nothing_is_sent_to_who_can_be_reached_in_one_way_only()
    {
        var composition = _appliance.Composition;
        await composition.Loop.WriteAsync(
            c =>
            {
                composition.Contacts.Set(c, Ioana.Id, new Contact("ioana@example.com", null, "en"));
                return true;
            },
            TestContext.Current.CancellationToken);
        const string Missing = "The signer has no e-mail address or no telephone number";

        await RefusedAsync("/factors/v1/invite", "{}", Missing, "Bearer " + Ioana.Token);
        await RefusedAsync("/factors/v1/send", "{}", Missing, "Bearer " + Ioana.Token);
        await OkAsync("/signers/v1/recover", $$"""{"userName":"{{Ioana.User}}"}""", null);
        Assert.Null(await _mailbox.TakeAsync());
    }

    private static string Body(string link, string? code = null)
        => code is null ? $$"""{"link":"{{link}}"}""" : $$"""{"link":"{{link}}","code":"{{code}}"}""";

    private static string Wrong(string code) => code == "123456" ? "654321" : "123456";

    private Task<JsonElement> OkAsync(string path, string body) => OkAsync(path, body, "Bearer " + Ioana.Token);

    private async Task<JsonElement> OkAsync(string path, string body, string? authorization)
        => (await _appliance.PostAsync(path, body, authorization)).Json;

    private async Task<JsonElement> OpenAsync(string link, bool sends)
    {
        var opened = await OkAsync("/factors/v1/open", Body(link), null);
        Assert.Equal(sends, opened.GetProperty("sent").GetBoolean());
        return opened;
    }

    private async Task RefusedAsync(
        string path, string body, string description, string? authorization = null, string error = "invalid_request")
        => (await _appliance.PostAsync(path, body, authorization)).Refused(400, error, description);

    private Task RefusedOtpAsync(string path, string body, string description)
        => RefusedAsync(
            path,
            body,
            description,
            body.Contains("link", StringComparison.Ordinal) ? null : "Bearer " + Ioana.Token,
            "invalid_otp");

    private string FreshCode(string secret)
    {
        _appliance.Time.Advance(TimeSpan.FromSeconds(30));
        return OneTime.Code(secret, _appliance.Time.GetUtcNow());
    }

    private Task<RestAnswer> AuthorizeAsync(string secret) => AuthorizeWithAsync(FreshCode(secret));

    private Task<RestAnswer> AuthorizeWithAsync(string code) => _appliance.PostAsync(
        "/csc/v1/credentials/authorize",
        $$"""
        {"credentialID":"{{Ioana.Credentials[1]}}","numSignatures":1,
        "hash":["{{Convert.ToBase64String(RunningAppliance.RandomHash())}}"],"OTP":"{{code}}"}
        """);

    private Task<RestAnswer> LoginAsync(string password)
    {
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Ioana.User}:{password}"));
        return _appliance.PostAsync("/csc/v1/auth/login", "{}", "Basic " + basic);
    }
}
