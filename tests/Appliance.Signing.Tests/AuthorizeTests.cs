using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Tests;

[Collection(SharedTokens.Name)]
public sealed class AuthorizeTests(SoftHsm hsm) : IAsyncLifetime
{
    private readonly SigningFixture _fixture = new(hsm);
    private Caller _ioana;
    private CredentialInfo _credential = null!;

    public async ValueTask InitializeAsync()
    {
        _ioana = await _fixture.AddSignerAsync("ioana");
        _credential = await _fixture.AddCredentialAsync(_ioana, multisign: 3);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_code_opens_one_activation_only()
    {
        Assert.Equal(SigningStatus.Ok, await StatusAsync(1, [Hash(1)]));
        Assert.Equal(SigningStatus.FactorWrong, await StatusAsync(1, [Hash(1)]));
        _fixture.NextStep();
        Assert.Equal(SigningStatus.Ok, await StatusAsync(1, [Hash(1)]));
        Assert.Equal(2, (await _fixture.AuditAsync(AuditEvent.AuthorizeOk)).Count);
        Assert.Single(await _fixture.AuditAsync(AuditEvent.AuthorizeRefused));
    }

    [Fact]
    public async Task Five_wrong_codes_in_a_row_lock_and_the_right_one_helps_no_more()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(SigningStatus.FactorWrong, await StatusAsync(1, [Hash(1)], "000000x"));
        }

        Assert.Equal(SigningStatus.FactorLocked, await StatusAsync(1, [Hash(1)], "000000x"));
        Assert.Equal(SigningStatus.FactorLocked, await StatusAsync(1, [Hash(1)]));
        Assert.Equal(6, (await _fixture.AuditAsync(AuditEvent.AuthorizeRefused)).Count);
        Assert.Single(await _fixture.AuditAsync(AuditEvent.FactorLocked));
    }

    [Fact]
    public async Task What_is_wrong_before_the_factor_uses_no_code()
    {
        Assert.Equal(SigningStatus.UnknownCredential, await StatusAsync(Guid.CreateVersion7()));
        Assert.Equal(SigningStatus.SignatureCountInvalid, await StatusAsync(0, [Hash(1)]));
        Assert.Equal(SigningStatus.SignatureCountTooHigh, await StatusAsync(4, [Hash(1)]));
        Assert.Equal(SigningStatus.SignatureCountInvalid, await StatusAsync(1, [Hash(1), Hash(2)]));
        Assert.Equal(SigningStatus.HashesMissing, await StatusAsync(1, []));
        Assert.Equal(SigningStatus.DigestLength, await StatusAsync(1, [new byte[31]]));
        Assert.Equal(SigningStatus.FactorMissing, (await _fixture.Service.AuthorizeAsync(
            new AuthorizeRequest
            {
                Caller = _ioana,
                CredentialId = _credential.Id,
                SignatureCount = 1,
                Hashes = [Hash(1)],
            },
            SigningFixture.Cancelled)).Status);
        Assert.Equal(7, (await _fixture.AuditAsync(AuditEvent.AuthorizeRefused)).Count);

        Assert.Equal(SigningStatus.Ok, await StatusAsync(1, [Hash(1)]));
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_before_the_factor()
    {
        _fixture.Time.Advance(TimeSpan.FromDays(366));

        Assert.Equal(SigningStatus.CertificateExpired, await StatusAsync(1, [Hash(1)], "000000"));
        Assert.Equal("expired", _fixture.Service.FindCredential(_ioana, _credential.Id)!.CertificateStatus);
        Assert.False(_fixture.Service.FindCredential(_ioana, _credential.Id)!.KeyEnabled);
    }

    [Fact]
    public async Task The_hash_algorithm_named_decides_the_length()
    {
        var request = new AuthorizeRequest
        {
            Caller = _ioana,
            CredentialId = _credential.Id,
            SignatureCount = 1,
            Hashes = [Hash(1)],
            HashAlgorithm = "2.16.840.1.101.3.4.2.2",
            Factors = new SuppliedFactors { OneTimePassword = _fixture.Code(_ioana.SignerId) },
        };

        var result = await _fixture.Service.AuthorizeAsync(request, SigningFixture.Cancelled);

        Assert.Equal(SigningStatus.DigestLength, result.Status);
    }

    [Fact]
    public async Task An_extension_brings_new_hashes_and_voids_the_old_sad()
    {
        var first = await _fixture.AuthorizeAsync(_ioana, _credential.Id, 2, [Hash(1)]);
        Assert.Equal(SigningStatus.Ok, await SignAsync(first.Sad, Hash(1)));

        var second = await ExtendAsync(first.Sad, Hash(2));

        Assert.Equal(SigningStatus.Ok, second.Status);
        Assert.Equal(SigningStatus.SadInvalid, (await ExtendAsync(first.Sad, Hash(2))).Status);
        Assert.Equal(SigningStatus.HashNotAuthorized, await SignAsync(second.Sad, Hash(1)));
        Assert.Equal(SigningStatus.Ok, await SignAsync(second.Sad, Hash(2)));
        Assert.Equal(SigningStatus.SadInvalid, (await ExtendAsync(second.Sad, Hash(3))).Status);
        Assert.Single(await _fixture.AuditAsync(AuditEvent.ExtendOk));
        Assert.Equal(2, (await _fixture.AuditAsync(AuditEvent.ExtendRefused)).Count);
    }

    [Fact]
    public async Task An_expired_sad_cannot_be_extended()
    {
        var first = await _fixture.AuthorizeAsync(_ioana, _credential.Id, 2, [Hash(1)]);
        _fixture.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(SigningStatus.SadExpired, (await ExtendAsync(first.Sad, Hash(2))).Status);
    }

    [Fact]
    public async Task An_edited_credential_is_nobodys()
    {
        // Another fixture would have to forget it: this one has not looked at the credential yet.
        var other = await _fixture.AddSignerAsync("mihai");
        var row = _fixture.Store.Read(connection => connection.Credentials.Find(_credential.Id))!;
        var forged = row with { Id = Guid.CreateVersion7(), SignerId = other.SignerId };
        await _fixture.WriteAsync(connection =>
        {
            connection.Credentials.Insert(forged);
            return true;
        });

        Assert.Null(_fixture.Service.FindCredential(other, forged.Id));
        Assert.Empty(_fixture.Service.ListCredentials(other));
        Assert.NotEqual(CredentialState.Pending, row.State);
    }

    private static byte[] Hash(int i) => SHA256.HashData(BitConverter.GetBytes(i));

    private async Task<SigningStatus> StatusAsync(int count, byte[][] hashes, string? code = null)
        => (await _fixture.AuthorizeAsync(_ioana, _credential.Id, count, hashes, code)).Status;

    private async Task<SigningStatus> StatusAsync(Guid credential)
        => (await _fixture.AuthorizeAsync(_ioana, credential, 1, [Hash(1)])).Status;

    private async Task<SigningStatus> SignAsync(string sad, byte[] hash)
        => (await _fixture.SignAsync(_ioana, _credential.Id, sad, [hash])).Status;

    private ValueTask<AuthorizeResult> ExtendAsync(string sad, byte[] hash)
        => _fixture.Service.ExtendAsync(
            new ExtendRequest { Caller = _ioana, CredentialId = _credential.Id, Sad = sad, Hashes = [hash] },
            SigningFixture.Cancelled);
}
