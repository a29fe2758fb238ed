using Appliance.Factors;
using Appliance.Grpc.Client;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Server.Tests.Signers;

/// <summary>A signer is taken out of service and brought back, while the appliance serves.</summary>
public sealed class SignerLimitTests : IAsyncLifetime
{
    private readonly RunningAppliance _appliance = new();
    private CscGrpcCalls _calls = null!;

    private TestSigner Ioana => _appliance.Ioana;

    public async ValueTask InitializeAsync()
    {
        await _appliance.InitializeAsync();
        _calls = new CscGrpcCalls(_appliance);
    }

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    [Fact]
    public async Task A_limit_ends_everything_at_once_and_restoring_brings_back_exactly_what_it_suspended()
    {
        var suspendedBefore = Guid.Parse(Ioana.Credentials[2]);
        await WriteAsync(c => c.Credentials.SetState(suspendedBefore, CredentialState.Suspended));
        await WriteAsync(c =>
        {
            _appliance.Composition.Contacts.Set(c, Ioana.Id, new Contact("ioana@example.com", null, "ro"));
            return true;
        });
        byte[][] hashes = [RunningAppliance.RandomHash(), RunningAppliance.RandomHash()];
        var sad = await _appliance.AuthorizeAsync(Ioana, 1, 2, hashes);
        await _calls.SignAsync(Ioana.Token, 1, sad, hashes[0]);

        var limited = await _appliance.Parts.Limits.LimitAsync(Ioana.Id, "ops", null, Cancelled);

        Assert.Equal(Ioana.Credentials.Take(2).Select(Guid.Parse).Order(), limited.Credentials.Order());
        Assert.Equal(1, limited.Activations);
        Assert.Equal([CredentialState.Suspended, CredentialState.Suspended, CredentialState.Suspended], States());
        (await _appliance.PostAsync("/csc/v2/credentials/list", "{}")).Refused(
            401, "expired_token", "The access token expired or was revoked");
        (await _appliance.PostAsync("/csc/v1/auth/login", "{}", Ioana.Basic.ToString())).Refused(
            400, "authentication_error", "An error occurred during authentication process");

        var restored = await _appliance.Parts.Limits.RestoreAsync(Ioana.Id, "ops", null, Cancelled);

        Assert.Equal(limited.Credentials.Order(), restored.Credentials.Order());
        Assert.Equal([CredentialState.Enabled, CredentialState.Enabled, CredentialState.Suspended], States());
        await SignInAsync();
        var old = await Assert.ThrowsAsync<GrpcStatusException>(
            () => _calls.SignAsync(Ioana.Token, 1, sad, hashes[1]));
        Assert.Equal("Invalid parameter SAD", old.Text);
        sad = await _appliance.AuthorizeAsync(Ioana, 1, 1, hashes[1]);
        await _calls.SignAsync(Ioana.Token, 1, sad, hashes[1]);

        Assert.Equal(("ops", 2), Trail(AuditEvent.SignerLimited));
        Assert.Equal(("ops", 2), Trail(AuditEvent.SignerRestored));
        Assert.Equal(2, CountNotices());
    }

    [Fact]
    public async Task While_limited_no_code_is_looked_at_and_no_wrong_one_is_counted()
    {
        var before = WrongCodes();
        var hash = RunningAppliance.RandomHash();
        // The token is remembered from before: what decides is the transaction of the authorisation.
        var token = Ioana.Token;
        Assert.Equal(200, (await _appliance.PostAsync("/csc/v2/credentials/list", "{}")).Status);
        await WriteAsync(c => c.Signers.SetState(Ioana.Id, SignerState.Limited));

        foreach (var code in new[] { "000000", _appliance.FreshCode(Ioana) })
        {
            (await AuthorizeAsync(token, hash, code)).Refused(
                400, "invalid_request", "The credential identified by credentialID is disabled");
        }

        Assert.Equal(before, WrongCodes());
        await _appliance.Parts.Limits.RestoreAsync(Ioana.Id, null, null, Cancelled);
        var last = OneTimeCode();
        Assert.Equal(200, (await AuthorizeAsync(token, hash, last)).Status);
    }

    [Fact]
    public async Task A_credential_that_was_changed_since_is_left_alone_and_only_a_limited_signer_is_restored()
    {
        var limits = _appliance.Parts.Limits;
        await limits.LimitAsync(Ioana.Id, null, null, Cancelled);
        await WriteAsync(c => c.Credentials.SetState(Guid.Parse(Ioana.Credentials[0]), CredentialState.Disabled));
        await WriteAsync(c => c.Credentials.SetState(Guid.Parse(Ioana.Credentials[1]), CredentialState.Enabled));

        Assert.Single((await limits.LimitAsync(Ioana.Id, null, null, Cancelled)).Credentials);
        Assert.Equal(2, (await limits.RestoreAsync(Ioana.Id, null, null, Cancelled)).Credentials.Count);

        Assert.Equal([CredentialState.Disabled, CredentialState.Enabled, CredentialState.Enabled], States());
        var again = await Assert.ThrowsAsync<DirectoryException>(
            () => limits.RestoreAsync(Ioana.Id, null, null, Cancelled));
        Assert.Equal(DirectoryFault.NotLimited, again.Fault);
        var nobody = await Assert.ThrowsAsync<DirectoryException>(
            () => limits.LimitAsync(Guid.NewGuid(), null, null, Cancelled));
        Assert.Equal(DirectoryFault.UnknownSigner, nobody.Fault);
    }

    [Fact]
    public async Task A_signer_does_not_limit_itself_or_others()
    {
        foreach (var body in new[] { "{}", $$"""{"signerID":"{{_appliance.Mihai.Id:D}}"}""" })
        {
            (await _appliance.PostAsync("/signers/v1/limit", body)).Refused(
                403, "access_denied", "The client may not call this method");
            (await _appliance.PostAsync("/signers/v1/restore", body)).Refused(
                403, "access_denied", "The client may not call this method");
        }
    }

    [Fact]
    public async Task Who_was_given_one_credential_limits_the_signer_and_does_not_bring_it_back()
    {
        var client = await _appliance.AddClientAsync(
            new ClientOrder { Operations = ClientOperations.All }, Ioana.Credentials[0]);
        var whole = await _appliance.AddClientAsync(
            new ClientOrder { Operations = ClientOperations.All, Reach = ClientReach.All });
        var body = new { signerID = Ioana.Id.ToString("D") };

        Assert.Equal(200, (await _appliance.PostAsync(client, "/signers/v1/limit", body)).Status);
        (await _appliance.PostAsync(client, "/signers/v1/restore", body)).Refused(
            400, "invalid_request", "Invalid parameter signerID");
        Assert.Equal(200, (await _appliance.PostAsync(whole, "/signers/v1/restore", body)).Status);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ValueTask<T> WriteAsync<T>(Func<StoreConnection, T> write)
        => _appliance.Composition.Loop.WriteAsync(write, Cancelled);

    private string OneTimeCode()
    {
        _appliance.Time.Advance(TimeSpan.FromSeconds(30));
        return Commands.OneTime.Code(Ioana.Secret, _appliance.Time.GetUtcNow());
    }

    private Task<RestAnswer> AuthorizeAsync(string token, byte[] hash, string code) => _appliance.PostAsync(
        "/csc/v1/credentials/authorize",
        $$"""
        {"credentialID":"{{Ioana.Credentials[1]}}","numSignatures":1,"hash":["{{Convert.ToBase64String(hash)}}"],
        "OTP":"{{code}}"}
        """,
        "Bearer " + token);

    private async Task SignInAsync()
    {
        var answer = await _appliance.PostAsync("/csc/v1/auth/login", "{}", Ioana.Basic.ToString());
        Ioana.Token = answer.Json.GetProperty("access_token").GetString()!;
    }

    private CredentialState[] States() =>
    [
        .. Ioana.Credentials.Select(id => _appliance.Composition.Store.Read(
            connection => connection.Credentials.Find(Guid.Parse(id))!.State)),
    ];

    private int WrongCodes() => _appliance.Composition.Store.Read(
        connection => connection.Factors.FindBySigner(Ioana.Id)!.WrongCodes);

    private (string? Actor, int Count) Trail(AuditEvent wanted)
    {
        var record = Assert.Single(_appliance.Audit(wanted)).Record;
        Assert.Equal(Ioana.Id, record.SignerId);
        return (record.Actor, record.Count);
    }

    private long CountNotices()
    {
        using var database = Database.Open(_appliance.StorePath, readOnly: true);
        using var rows = database
            .Prepare($"SELECT count(*) FROM notice WHERE signer_id = ?1 AND kind = {(int)NoticeKind.SignerLimited}")
            .Start().Bind(Ioana.Id).Rows();
        Assert.True(rows.Next());
        return rows.Int64(0);
    }
}
