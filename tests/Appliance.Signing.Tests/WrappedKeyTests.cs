using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Keys;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Signing.Tests;

/// <summary>Credentials whose private keys the store keeps, and somebody who can write the store.</summary>
[Collection(SharedTokens.Name)]
public sealed class WrappedKeyTests(SoftHsm hsm) : IAsyncLifetime
{
    private readonly SigningFixture _fixture = new(hsm);
    private readonly byte[] _hash = RandomNumberGenerator.GetBytes(32);
    private Caller _ioana;

    public async ValueTask InitializeAsync() => _ioana = await _fixture.AddSignerAsync("ioana");

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task A_credential_with_a_wrapped_key_signs_as_any_other(SlotDispatch dispatch)
    {
        await using var fixture = new SigningFixture(hsm, dispatch);
        var caller = await fixture.AddSignerAsync("ioana");
        var credential = await fixture.AddCredentialAsync(caller, wrapped: true);
        Assert.Empty(hsm.Token.FindKeys(label: $"appliance credential {credential.Id:D}"));
        var sad = await fixture.AuthorizeAsync(caller, credential.Id, 1, [_hash]);

        var result = await fixture.SignAsync(caller, credential.Id, sad.Sad!, [_hash]);

        Assert.Equal(SigningStatus.Ok, result.Status);
        using var certificate = X509CertificateLoader.LoadCertificate(credential.Certificates[0]);
        using var key = certificate.GetECDsaPublicKey()!;
        Assert.True(key.VerifyHash(_hash, result.Signatures[0], DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public async Task All_keys_are_under_one_that_is_made_once_and_recorded()
    {
        var one = await AddAsync();
        var other = await AddAsync();
        Assert.Equal(one.WrappingKeyId, other.WrappingKeyId);
        Assert.NotEqual(one.WrappedKey, other.WrappedKey);
        var record = Assert.Single(await _fixture.AuditAsync(AuditEvent.WrappingKeyCreated)).Record;
        Assert.Contains(Convert.ToHexStringLower(one.WrappingKeyId), record.Detail!, StringComparison.Ordinal);
        Assert.Single(hsm.Token.FindKeys(one.WrappingKeyId, KeyWrappingKey.Label));
    }

    [Fact]
    public async Task Two_blobs_that_were_swapped_sign_nothing()
    {
        var (one, other) = (await AddAsync(), await AddAsync());
        var sad = await _fixture.AuthorizeAsync(_ioana, one.Id, 1, [_hash]);
        Edit($"UPDATE credential SET version = version + 1, wrapped_key = {Blob(other)} WHERE id = {Id(one)}");
        Edit($"UPDATE credential SET version = version + 1, wrapped_key = {Blob(one)} WHERE id = {Id(other)}");
        _fixture.Service.Forget(one.Id);

        var result = await _fixture.SignAsync(_ioana, one.Id, sad.Sad!, [_hash]);

        Assert.Equal(SigningStatus.UnknownCredential, result.Status);
        Assert.NotEmpty(await _fixture.AuditAsync(AuditEvent.TamperDetected));
        Assert.Empty(await _fixture.AuditAsync(AuditEvent.SignHashIntent));
    }

    [Fact]
    public async Task Even_under_the_right_mac_another_keys_blob_signs_nothing()
    {
        var (one, other) = (await AddAsync(), await AddAsync());
        var swapped = one with { WrappedKey = other.WrappedKey };
        var mac = Convert.ToHexString(_fixture.Link.Compute(swapped));
        Edit($"UPDATE credential SET wrapped_key = {Blob(other)}, link_mac = x'{mac}' WHERE id = {Id(one)}");
        _fixture.Service.Forget(one.Id);
        var sad = await _fixture.AuthorizeAsync(_ioana, one.Id, 1, [_hash]);

        var result = await _fixture.SignAsync(_ioana, one.Id, sad.Sad!, [_hash]);

        Assert.NotEqual(SigningStatus.Ok, result.Status);
        Assert.Empty(result.Signatures ?? []);
        Assert.Empty(await _fixture.AuditAsync(AuditEvent.SignHashDone));
    }

    [Fact]
    public async Task A_certificate_request_is_signed_by_the_wrapped_key()
    {
        var row = await AddAsync(signingRequest: true);
        Assert.Equal(CredentialState.Pending, row.State);
        Assert.NotEmpty(row.WrappedKey);
    }

    private static string Id(CredentialRow row) => $"x'{Convert.ToHexString(row.Id.ToByteArray(bigEndian: true))}'";

    private static string Blob(CredentialRow row) => $"x'{Convert.ToHexString(row.WrappedKey)}'";

    private async Task<CredentialRow> AddAsync(bool signingRequest = false)
    {
        var id = await _fixture.AddCredentialRowAsync(_ioana, wrapped: true, signingRequest);
        return _fixture.Store.Read(connection => connection.Credentials.Find(id))!;
    }

    private void Edit(string sql)
    {
        using var database = Database.Open(_fixture.DatabasePath, readOnly: false);
        database.Execute(sql);
    }
}
