using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage.Sqlite;

namespace Appliance.Signing.Tests;

/// <summary>Somebody who can write the database tries to sign: decision 9 of the architecture.</summary>
[Collection(SharedTokens.Name)]
public sealed class EditedDatabaseTests(SoftHsm hsm) : IAsyncLifetime
{
    private readonly SigningFixture _fixture = new(hsm);
    private readonly byte[] _authorised = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _wanted = RandomNumberGenerator.GetBytes(32);
    private Caller _ioana;
    private CredentialInfo _credential = null!;

    public async ValueTask InitializeAsync()
    {
        _ioana = await _fixture.AddSignerAsync("ioana");
        _credential = await _fixture.AddCredentialAsync(_ioana, multisign: 3);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task An_authorised_hash_that_was_changed_is_not_signed()
    {
        var sad = await AuthorizeAsync();
        Edit($"UPDATE activation_hash SET hash = x'{Convert.ToHexString(_wanted)}'");

        Assert.Equal(SigningStatus.SadInvalid, await SignAsync(sad, _wanted));

        await ExpectRefusalAsync(AuditEvent.SignHashRefused, "Tampered");
    }

    [Fact]
    public async Task A_hash_that_was_added_is_not_signed()
    {
        var sad = await AuthorizeAsync();
        Edit(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) " +
            $"SELECT activation_seq, x'{Convert.ToHexString(_wanted)}', 0, mac FROM activation_hash");

        Assert.Equal(SigningStatus.SadInvalid, await SignAsync(sad, _wanted));

        await ExpectRefusalAsync(AuditEvent.SignHashRefused, "Tampered");
    }

    [Fact]
    public async Task More_signatures_than_were_granted_are_not_made()
    {
        var sad = await AuthorizeAsync();
        Edit("UPDATE activation SET total = 100, remaining = 100");

        Assert.Equal(SigningStatus.SadInvalid, await SignAsync(sad, _authorised));

        await ExpectRefusalAsync(AuditEvent.SignHashRefused, "Tampered");
    }

    [Fact]
    public async Task A_secret_that_was_swapped_for_another_signers_opens_nothing()
    {
        var mihai = await _fixture.AddSignerAsync("mihai");
        Edit(
            $"UPDATE factor SET secret = (SELECT secret FROM factor WHERE signer_id = {Id(mihai.SignerId)}) " +
            $"WHERE signer_id = {Id(_ioana.SignerId)}");

        var result = await _fixture.AuthorizeAsync(
            _ioana, _credential.Id, 1, [_authorised], _fixture.Code(mihai.SignerId));

        Assert.Equal(SigningStatus.FactorWrong, result.Status);
        await ExpectRefusalAsync(AuditEvent.TamperDetected, "factor");
        Assert.Empty(await _fixture.AuditAsync(AuditEvent.AuthorizeOk));
    }

    [Fact]
    public async Task A_credential_that_was_pointed_at_another_key_signs_nothing()
    {
        var mihai = await _fixture.AddSignerAsync("mihai");
        var other = await _fixture.AddCredentialAsync(mihai);
        var sad = await AuthorizeAsync();
        Edit(
            "UPDATE credential SET version = version + 1, " +
            $"key_id = (SELECT key_id FROM credential WHERE id = {Id(other.Id)}), " +
            $"public_key = (SELECT public_key FROM credential WHERE id = {Id(other.Id)}) " +
            $"WHERE id = {Id(_credential.Id)}");

        Assert.Equal(SigningStatus.UnknownCredential, await SignAsync(sad, _authorised));

        await ExpectRefusalAsync(AuditEvent.TamperDetected, "credential");
        Assert.Empty(await _fixture.AuditAsync(AuditEvent.SignHashIntent));
    }

    private static string Id(Guid id) => $"x'{Convert.ToHexString(id.ToByteArray(bigEndian: true))}'";

    private async Task<string> AuthorizeAsync()
    {
        var result = await _fixture.AuthorizeAsync(_ioana, _credential.Id, 1, [_authorised]);
        Assert.Equal(SigningStatus.Ok, result.Status);
        return result.Sad!;
    }

    private async Task<SigningStatus> SignAsync(string sad, byte[] hash)
        => (await _fixture.SignAsync(_ioana, _credential.Id, sad, [hash])).Status;

    private async Task ExpectRefusalAsync(AuditEvent recorded, string detail)
    {
        var record = Assert.Single(await _fixture.AuditAsync(recorded)).Record;
        Assert.Equal((AuditOutcome.Refused, detail), (record.Outcome, record.Detail));
    }

    private void Edit(string sql)
    {
        using var database = Database.Open(_fixture.DatabasePath, readOnly: false);
        database.Execute(sql);
    }
}
