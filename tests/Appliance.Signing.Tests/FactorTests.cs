using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Tests;

/// <summary>PINs, codes that are sent, and several factors at once.</summary>
[Collection(SharedTokens.Name)]
public sealed class FactorTests(SoftHsm hsm) : IAsyncLifetime
{
    private const string Pin = "2580";
    private const string Phone = "+40712345678";
    private readonly SigningFixture _fixture = new(hsm);
    private Caller _ioana;

    public async ValueTask InitializeAsync()
    {
        _ioana = await _fixture.AddSignerAsync("ioana");
        await _fixture.PrepareAsync(_ioana, Pin, Phone);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Both_factors_are_tried_whatever_the_other_gave()
    {
        var both = await AddAsync(CredentialFactors.Pin | CredentialFactors.Totp);
        var code = _fixture.Code(_ioana.SignerId);
        Assert.Equal(SigningStatus.PinMissing, await TryAsync(both, null, code));
        Assert.Equal(SigningStatus.FactorMissing, await TryAsync(both, Pin, null));
        Assert.Equal((0, 0), Counters());

        Assert.Equal(SigningStatus.PinWrong, await TryAsync(both, "1111", "x"));
        Assert.Equal((1, 1), Counters());
        Assert.Equal(SigningStatus.FactorWrong, await TryAsync(both, Pin, "x"));
        Assert.Equal((0, 2), Counters());

        // A right code is used up by a wrong PIN: it was shown.
        Assert.Equal(SigningStatus.PinWrong, await TryAsync(both, "1111", code));
        Assert.Equal((1, 0), Counters());
        Assert.Equal(SigningStatus.FactorWrong, await TryAsync(both, Pin, code));
        _fixture.NextStep();
        Assert.Equal(SigningStatus.Ok, await TryAsync(both, Pin, _fixture.Code(_ioana.SignerId)));
        Assert.Equal((0, 0), Counters());
    }

    [Fact]
    public async Task Five_wrong_PINs_lock_it_and_a_code_helps_no_more()
    {
        var both = await AddAsync(CredentialFactors.Pin | CredentialFactors.Totp);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(SigningStatus.PinWrong, await TryAsync(both, "1111", "x"));
        }

        Assert.Equal(SigningStatus.PinLocked, await TryAsync(both, "1111", _fixture.Code(_ioana.SignerId)));
        _fixture.NextStep();
        Assert.Equal(SigningStatus.PinLocked, await TryAsync(both, Pin, _fixture.Code(_ioana.SignerId)));
        Assert.Single(await _fixture.AuditAsync(AuditEvent.FactorLocked));
    }

    [Fact]
    public async Task Many_wrong_PINs_at_once_are_compared_five_times()
    {
        var pin = await AddAsync(CredentialFactors.Pin);
        var before = _fixture.Pins.Comparisons;
        var tries = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TryAsync(pin, "1111", null)));

        Assert.Equal(5, _fixture.Pins.Comparisons - before);
        Assert.Equal(4, tries.Count(status => status == SigningStatus.PinWrong));
        Assert.Equal(26, tries.Count(status => status == SigningStatus.PinLocked));
        Assert.Equal(SigningStatus.PinLocked, await TryAsync(pin, Pin, null));
    }

    [Fact]
    public async Task A_code_that_was_sent_opens_one_activation_of_its_credential()
    {
        var credential = await AddAsync(CredentialFactors.Code);
        var other = await AddAsync(CredentialFactors.Code);
        Assert.Equal(SigningStatus.FactorWrong, await TryAsync(credential, null, "123456"));
        Assert.Equal(SigningStatus.Ok, await SendAsync(credential));
        var code = await TakeCodeAsync();

        Assert.Equal(SigningStatus.FactorWrong, await TryAsync(other, null, code));
        Assert.Equal(SigningStatus.Ok, await TryAsync(credential, null, code));
        Assert.Equal(SigningStatus.FactorWrong, await TryAsync(credential, null, code));
        Assert.Equal(SigningStatus.ObjectInvalid, await SendAsync(await AddAsync(CredentialFactors.Totp)));
    }

    [Fact]
    public async Task A_second_code_is_sent_when_it_may()
    {
        var credential = await AddAsync(CredentialFactors.Code);
        Assert.Equal(SigningStatus.Ok, await SendAsync(credential));
        Assert.Equal(SigningStatus.Ok, await SendAsync(credential));
        var code = await TakeCodeAsync();
        Assert.Null(await _fixture.TakeNoticeAsync(_ioana));

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(SigningStatus.FactorWrong, await TryAsync(credential, null, "x"));
        }

        Assert.Equal(SigningStatus.FactorLocked, await TryAsync(credential, null, "x"));
        Assert.Equal(SigningStatus.FactorLocked, await TryAsync(credential, null, code));
        Assert.Equal(SigningStatus.FactorLocked, await SendAsync(credential));
        _fixture.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(SigningStatus.Ok, await SendAsync(credential));
        Assert.Equal(SigningStatus.Ok, await TryAsync(credential, null, await TakeCodeAsync()));
    }

    [Fact]
    public async Task Without_a_telephone_or_an_address_no_code_is_sent()
    {
        var mihai = await _fixture.AddSignerAsync("mihai");
        var credential = await _fixture.AddCredentialAsync(mihai, factors: CredentialFactors.Code);
        Assert.Equal(
            SigningStatus.Unreachable,
            await _fixture.Service.SendCodeAsync(mihai, credential.Id, SigningFixture.Cancelled));
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("suspended")]
    [InlineData("limited")]
    public async Task What_may_not_sign_is_refused_before_any_factor(string state)
    {
        var credential = await AddAsync(CredentialFactors.Pin | CredentialFactors.Code);
        Assert.Equal(SigningStatus.Ok, await SendAsync(credential));
        await _fixture.WriteAsync(connection =>
        {
            var row = connection.Credentials.Find(credential)!;
            return state switch
            {
                "expired" => connection.Credentials.SetCertificates(credential, row.Certificates, 0, 1),
                "suspended" => connection.Credentials.SetState(credential, CredentialState.Suspended),
                _ => connection.Signers.SetState(_ioana.SignerId, SignerState.Limited),
            };
        });
        var (computed, tally) = (_fixture.Pins.Comparisons, Tally());

        var refused = await TryAsync(credential, "1111", "x");

        Assert.Equal(
            state == "expired" ? SigningStatus.CertificateExpired : SigningStatus.CredentialDisabled, refused);
        Assert.Equal((0, 0), Counters());
        Assert.Equal(0, SentCode(credential).Tries);
        Assert.Equal((computed, tally), (_fixture.Pins.Comparisons, Tally()));
        var send = await SendAsync(credential);
        Assert.NotEqual(SigningStatus.Ok, send);
    }

    [Fact]
    public async Task A_credential_without_factors_is_no_signers_to_open()
    {
        var acme = await _fixture.AddSignerAsync("acme", ProfileKind.Organisation);
        var seal = await _fixture.AddCredentialAsync(
            acme, extension: ExtensionPolicy.Seal, factors: CredentialFactors.None);
        var refused = await _fixture.AuthorizeAsync(
            acme, seal.Id, new SuppliedFactors { Pin = Pin, OneTimePassword = _fixture.Code(acme.SignerId) });
        Assert.Equal(SigningStatus.ClientOnly, refused.Status);
        await Assert.ThrowsAsync<Appliance.Signing.Provisioning.ProvisioningException>(
            () => AddAsync(CredentialFactors.None));
        await Assert.ThrowsAsync<Appliance.Signing.Provisioning.ProvisioningException>(
            () => AddAsync(CredentialFactors.Totp | CredentialFactors.Code));
    }

    private async Task<Guid> AddAsync(CredentialFactors factors)
        => (await _fixture.AddCredentialAsync(_ioana, factors: factors)).Id;

    private async Task<SigningStatus> TryAsync(Guid credential, string? pin, string? code)
        => (await _fixture.AuthorizeAsync(
            _ioana, credential, new SuppliedFactors { Pin = pin, OneTimePassword = code })).Status;

    private async Task<SigningStatus> SendAsync(Guid credential)
        => await _fixture.Service.SendCodeAsync(_ioana, credential, SigningFixture.Cancelled);

    private async Task<string> TakeCodeAsync()
    {
        var notice = (await _fixture.TakeNoticeAsync(_ioana))!;
        Assert.Equal(
            (NoticeKind.SigningCode, NoticeChannel.Sms, Phone), (notice.Kind, notice.Channel, notice.To));
        return notice.Values["code"];
    }

    private (int Pin, int Totp) Counters() => _fixture.Store.Read(connection =>
        (connection.Pins.Find(_ioana.SignerId)!.Wrong, connection.Factors.FindBySigner(_ioana.SignerId)!.WrongCodes));

    private OneTimeCodeRow SentCode(Guid credential) => _fixture.Store.Read(connection =>
        connection.OneTimeCodes.Find(_ioana.SignerId, (int)CodePurpose.Signing, credential)!);

    private ActivationTally Tally() => _fixture.Store.Read(connection => connection.Activations.Tally());
}
