using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Signing.Provisioning;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Tests;

[Collection(SharedTokens.Name)]
public sealed class PolicyTests(SoftHsm hsm) : IAsyncLifetime
{
    private readonly SigningFixture _fixture = new(hsm);
    private Caller _ioana;

    public async ValueTask InitializeAsync() => _ioana = await _fixture.AddSignerAsync("ioana");

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Hashes_that_are_named_bind_at_scal_1_too()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana, scal: 1);
        var bound = await _fixture.AuthorizeAsync(_ioana, credential.Id, 2, [Hash(1)]);

        Assert.Equal(SigningStatus.HashNotAuthorized, await SignAsync(credential, bound.Sad, Hash(2)));
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, bound.Sad, Hash(1)));

        _fixture.NextStep();
        var free = await _fixture.AuthorizeAsync(_ioana, credential.Id, 2, []);
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, free.Sad, Hash(2)));
        var narrowed = await ExtendAsync(credential, free.Sad, Hash(3));
        Assert.Equal(SigningStatus.HashNotAuthorized, await SignAsync(credential, narrowed.Sad, Hash(4)));
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, narrowed.Sad, Hash(3)));
    }

    [Fact]
    public async Task A_one_shot_sad_signs_once_and_is_extended_for_the_rest()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana, scal: 1, sadReuse: SadReuse.OneShot);
        var first = await _fixture.AuthorizeAsync(_ioana, credential.Id, 3, []);

        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, first.Sad, Hash(1)));
        Assert.Equal(SigningStatus.SadInvalid, await SignAsync(credential, first.Sad, Hash(2)));
        var second = await ExtendAsync(credential, first.Sad);
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, second.Sad, Hash(2), Hash(3)));

        Assert.Equal(SigningStatus.SadInvalid, (await ExtendAsync(credential, second.Sad)).Status);
    }

    [Theory]
    [InlineData(ExtensionPolicy.None, 2, 1, SigningStatus.SignatureCountInvalid)]
    [InlineData(ExtensionPolicy.None, 2, 2, SigningStatus.Ok)]
    [InlineData(ExtensionPolicy.Nested, 10, 1, SigningStatus.Ok)]
    [InlineData(ExtensionPolicy.Nested, 11, 1, SigningStatus.SignatureCountTooHigh)]
    [InlineData(ExtensionPolicy.Nested, 11, 11, SigningStatus.Ok)]
    public async Task How_much_a_signer_authorises_without_seeing_it(
        ExtensionPolicy policy, int count, int hashes, SigningStatus expected)
    {
        var credential = await _fixture.AddCredentialAsync(_ioana, extension: policy);

        var result = await _fixture.AuthorizeAsync(
            _ioana, credential.Id, count, [.. Enumerable.Range(0, hashes).Select(Hash)]);

        Assert.Equal(expected, result.Status);
    }

    [Fact]
    public async Task Each_hash_that_a_person_was_not_shown_is_in_the_trail()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana);
        var first = await _fixture.AuthorizeAsync(_ioana, credential.Id, 3, [Hash(1)]);

        var second = await ExtendAsync(credential, first.Sad, Hash(1), Hash(2), Hash(3));

        Assert.Equal(SigningStatus.Ok, second.Status);
        var added = await _fixture.AuditAsync(AuditEvent.HashAdded);
        Assert.Equal<IEnumerable<byte>>([Hash(3), Hash(2)], added.Select(entry => entry.Record.Digest.ToArray()));
        Assert.All(added, entry => Assert.Equal("not shown to the signer", entry.Record.Detail));
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, second.Sad, Hash(1), Hash(2), Hash(3)));
    }

    [Fact]
    public async Task A_policy_of_none_prolongs_and_adds_nothing()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana, extension: ExtensionPolicy.None);
        var first = await _fixture.AuthorizeAsync(_ioana, credential.Id, 2, [Hash(1), Hash(2)]);
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, first.Sad, Hash(1)));

        Assert.Equal(SigningStatus.ExtensionRefused, (await ExtendAsync(credential, first.Sad, Hash(3))).Status);
        _fixture.Time.Advance(TimeSpan.FromMinutes(9));
        var second = await ExtendAsync(credential, first.Sad);
        _fixture.Time.Advance(TimeSpan.FromMinutes(9));

        Assert.Equal(SigningStatus.Ok, second.Status);
        Assert.Equal(600, second.ExpiresIn);
        Assert.Equal(SigningStatus.SadExpired, await SignAsync(credential, first.Sad, Hash(2)));
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, second.Sad, Hash(2)));
    }

    [Fact]
    public async Task A_prolonged_sad_leaves_the_one_before_it_void()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana);
        var first = await _fixture.AuthorizeAsync(_ioana, credential.Id, 1, [Hash(1)]);

        var second = await ExtendAsync(credential, first.Sad);

        Assert.Equal(SigningStatus.SadInvalid, await SignAsync(credential, first.Sad, Hash(1)));
        Assert.Equal(SigningStatus.SadInvalid, (await ExtendAsync(credential, first.Sad)).Status);
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, second.Sad, Hash(1)));
    }

    [Fact]
    public async Task No_chain_of_extensions_outlives_an_hour()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana);
        var result = await _fixture.AuthorizeAsync(_ioana, credential.Id, 1, [Hash(1)]);
        for (var minutes = 0; minutes < 55; minutes += 5)
        {
            _fixture.Time.Advance(TimeSpan.FromMinutes(5));
            result = await ExtendAsync(credential, result.Sad);
            Assert.Equal(SigningStatus.Ok, result.Status);
        }

        Assert.InRange(result.ExpiresIn, 299, 300);
        _fixture.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(SigningStatus.SadExpired, (await ExtendAsync(credential, result.Sad)).Status);
    }

    [Fact]
    public async Task A_policy_that_an_operator_tightens_holds_at_once()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana, scal: 1);
        var first = await _fixture.AuthorizeAsync(_ioana, credential.Id, 2, []);
        await _fixture.Packages.GrantAsync(credential.Id, 1, null, null, SigningFixture.Cancelled);

        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, first.Sad, Hash(1)));
        Assert.Equal(SigningStatus.PackageExhausted, await SignAsync(credential, first.Sad, Hash(2)));
        _fixture.NextStep();
        var code = _fixture.Code(_ioana.SignerId);
        var refused = await _fixture.AuthorizeAsync(_ioana, credential.Id, 1, [], code);
        Assert.Equal(SigningStatus.PackageExhausted, refused.Status);
        await _fixture.Packages.GrantAsync(credential.Id, 1, null, null, SigningFixture.Cancelled);

        // The refusal has not used the code up.
        var second = await _fixture.AuthorizeAsync(_ioana, credential.Id, 1, [], code);
        Assert.Equal(SigningStatus.Ok, await SignAsync(credential, second.Sad, Hash(2)));
    }

    [Fact]
    public async Task A_package_that_somebody_removes_from_the_store_lets_nobody_sign_without_one()
    {
        var credential = await _fixture.AddCredentialAsync(_ioana, scal: 1);
        await _fixture.Packages.GrantAsync(credential.Id, 5, null, null, SigningFixture.Cancelled);
        var sad = (await _fixture.AuthorizeAsync(_ioana, credential.Id, 2, [])).Sad;
        await _fixture.Packages.CancelAsync(credential.Id, SigningFixture.Cancelled);

        Assert.Equal(SigningStatus.PackageExhausted, await SignAsync(credential, sad, Hash(1)));
        await _fixture.WriteAsync(c => c.Credentials.SetPolicies(
            c.Credentials.Find(credential.Id)! with { Metered = false }));
        Assert.Equal(SigningStatus.UnknownCredential, await SignAsync(credential, sad, Hash(1)));
    }

    [Fact]
    public async Task Only_an_organisation_seals()
    {
        await Assert.ThrowsAsync<ProvisioningException>(
            () => _fixture.AddCredentialAsync(_ioana, extension: ExtensionPolicy.Seal));
        var company = await _fixture.AddSignerAsync("company", ProfileKind.Organisation);

        var credential = await _fixture.AddCredentialAsync(company, extension: ExtensionPolicy.Seal);
        var first = await _fixture.AuthorizeAsync(company, credential.Id, 50, [Hash(1)]);
        var second = await _fixture.Service.ExtendAsync(
            new ExtendRequest
            {
                Caller = company,
                CredentialId = credential.Id,
                Sad = first.Sad,
                Hashes = [.. Enumerable.Range(2, 40).Select(Hash)],
            },
            SigningFixture.Cancelled);

        Assert.Equal(SigningStatus.Ok, second.Status);
        Assert.Equal(40, Assert.Single(await _fixture.AuditAsync(AuditEvent.HashAdded)).Record.Count);
    }

    private static byte[] Hash(int i) => SHA256.HashData(BitConverter.GetBytes(i));

    private async Task<SigningStatus> SignAsync(CredentialInfo credential, string sad, params byte[][] hashes)
        => (await _fixture.SignAsync(_ioana, credential.Id, sad, hashes)).Status;

    private ValueTask<AuthorizeResult> ExtendAsync(CredentialInfo credential, string sad, params byte[][] hashes)
        => _fixture.Service.ExtendAsync(
            new ExtendRequest { Caller = _ioana, CredentialId = credential.Id, Sad = sad, Hashes = hashes },
            SigningFixture.Cancelled);
}
