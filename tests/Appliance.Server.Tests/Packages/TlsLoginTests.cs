using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Appliance.Signing.Provisioning;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Packages;

/// <summary>TLS logins: few signatures, a short life, no transactions.</summary>
public sealed class TlsLoginTests : IAsyncLifetime
{
    private readonly RunningAppliance _appliance = new()
    {
        Settings = [new("Packages:TlsLoginsPerDay", "3"), new("Packages:TlsLoginSignatures", "4")],
    };

    private CscGrpcCalls _calls = null!;

    private string Credential => _appliance.Ioana.Credentials[1];

    public async ValueTask InitializeAsync()
    {
        await _appliance.InitializeAsync();
        _calls = new CscGrpcCalls(_appliance);
        await _appliance.Composition.CreatePackages("test").GrantAsync(
            Guid.Parse(Credential), new PackageGrant(5), TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    [Fact]
    public async Task One_code_covers_the_handshakes_of_a_login_takes_nothing_and_is_told_apart_in_the_trail()
    {
        var answer = (await AuthorizeAsync("tls-login", 4)).Json;
        var sad = answer.GetProperty("SAD").GetString()!;
        Assert.InRange(answer.GetProperty("expiresIn").GetInt32(), 1, 120);

        for (var handshake = 0; handshake < 4; handshake++)
        {
            await _calls.SignAsync(_appliance.Ioana.Token, 1, sad, RunningAppliance.RandomHash());
        }

        var fifth = await Assert.ThrowsAsync<GrpcStatusException>(
            () => _calls.SignAsync(_appliance.Ioana.Token, 1, sad, RunningAppliance.RandomHash()));
        Assert.Equal("Invalid parameter SAD", fifth.Text);
        var login = Assert.Single(_appliance.Audit(AuditEvent.TlsLoginAuthorized)).Record;
        Assert.Equal((_appliance.Ioana.Id, 4), (login.SignerId!.Value, login.Count));
        Assert.Empty(_appliance.Audit(AuditEvent.AuthorizeOk));
        Assert.All(_appliance.Audit(AuditEvent.SignHashIntent), e => Assert.Equal("tls-login", e.Record.Detail));
        Assert.Equal(5, Left());
    }

    [Fact]
    public async Task A_login_over_gRPC_ends_after_two_minutes_and_is_not_extended()
    {
        var opened = await GrpcAsync("tls-login", _appliance.FreshCode(_appliance.Ioana));
        var extended = await _appliance.PostAsync(
            "/csc/v2/credentials/extendTransaction", $$"""{"credentialID":"{{Credential}}","SAD":"{{opened.Sad}}"}""");
        extended.Refused(
            400, "invalid_request", "The credential's policy does not let an extension add these hashes");

        _appliance.Time.Advance(TimeSpan.FromSeconds(119));
        await _calls.SignAsync(_appliance.Ioana.Token, 1, opened.Sad, RunningAppliance.RandomHash());
        _appliance.Time.Advance(TimeSpan.FromSeconds(1));
        var late = await Assert.ThrowsAsync<GrpcStatusException>(
            () => _calls.SignAsync(_appliance.Ioana.Token, 1, opened.Sad, RunningAppliance.RandomHash()));
        Assert.Equal("SAD expired", late.Text);
    }

    [Fact]
    public async Task What_is_no_login_is_refused_and_uses_up_no_code()
    {
        var code = _appliance.FreshCode(_appliance.Ioana);
        var hash = Convert.ToBase64String(RunningAppliance.RandomHash());

        (await AuthorizeAsync("tls-login", 5, code)).Refused(
            400, "invalid_request", "Numbers of signatures is too high");
        (await AuthorizeAsync("tls-login", 1, code, $",\"hash\":[\"{hash}\"]")).Refused(
            400,
            "invalid_request",
            "A TLS login has no hashes, and a certificate with digitalSignature and clientAuth");
        (await AuthorizeAsync("login", 1, code)).Refused(400, "invalid_request", "Invalid parameter purpose");
        var wrongType = await _appliance.PostAsync(
            "/csc/v1/credentials/authorize", $$"""{"credentialID":"{{Credential}}","numSignatures":1,"purpose":1}""");
        wrongType.Refused(400, "invalid_request", "Missing (or invalid type) string parameter purpose");
        (await AuthorizeAsync("sign", 1, code)).Refused(
            400, "invalid_request", "Missing (or invalid type) array parameter hash");

        Assert.Equal(200, (await AuthorizeAsync("tls-login", 1, code)).Status);
    }

    [Fact]
    public async Task A_signer_has_so_many_logins_a_day_and_is_told_before_the_code_is_used_up()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await AuthorizeAsync("tls-login", 1)).Status);
        }

        var code = _appliance.FreshCode(_appliance.Ioana);
        (await AuthorizeAsync("tls-login", 1, code)).Refused(
            400, "invalid_request", "The signer has had as many TLS logins today as it may; no code was used up");
        var hash = Convert.ToBase64String(RunningAppliance.RandomHash());
        Assert.Equal(200, (await AuthorizeAsync("sign", 1, code, $",\"hash\":[\"{hash}\"]")).Status);

        _appliance.Time.Advance(TimeSpan.FromDays(1));
        var login = await _appliance.PostAsync("/csc/v1/auth/login", "{}", _appliance.Ioana.Basic.ToString());
        _appliance.Ioana.Token = login.Json.GetProperty("access_token").GetString()!;
        Assert.Equal(200, (await AuthorizeAsync("tls-login", 1)).Status);
    }

    private Task<RestAnswer> AuthorizeAsync(string purpose, int count, string? code = null, string more = "")
        => _appliance.PostAsync(
            "/csc/v1/credentials/authorize",
            $$"""
            {"credentialID":"{{Credential}}","numSignatures":{{count}},"purpose":"{{purpose}}",
            "OTP":"{{code ?? _appliance.FreshCode(_appliance.Ioana)}}"{{more}}}
            """);

    private Task<Proto.AuthorizeResponse> GrpcAsync(string purpose, string code)
        => _calls.CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            Proto.CredentialsReflection.Descriptor,
            "Authorize",
            new()
            {
                CredentialId = Credential,
                NumSignatures = 2,
                Purpose = purpose,
                AuthData = { new Proto.AuthData { Id = "OTP", Value = code } },
            },
            _appliance.Ioana.Token);

    private int Left() => _appliance.Composition.Store.Read(
        connection => connection.Packages.TryFindActive(Guid.Parse(Credential), out var row) ? row.Remaining : -1);
}
