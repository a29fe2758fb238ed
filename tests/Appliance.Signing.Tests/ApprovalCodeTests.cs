using Appliance.Signing.Tests.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Tests;

/// <summary>Where whoever approves gives a code of the signer's authenticator besides.</summary>
[Collection(SharedTokens.Name)]
public sealed class ApprovalCodeTests(SoftHsm hsm) : IAsyncLifetime
{
    private readonly SigningFixture _fixture = new(hsm, askForCode: true);
    private Caller _ioana;
    private string _handle = "";
    private ApprovalReference _own = null!;

    public async ValueTask InitializeAsync()
    {
        _ioana = await _fixture.AddSignerAsync("ioana");
        await _fixture.PrepareAsync(_ioana);
        var credential = await _fixture.AddCredentialAsync(_ioana, factors: CredentialFactors.Approval);
        _handle = (await _fixture.AuthorizeAsync(_ioana, credential.Id, SuppliedFactors.None)).Handle!;
        var waiting = Assert.Single(_fixture.Service.ListApprovals(_ioana, _ioana.SignerId));
        Assert.True(waiting.NeedsCode);
        _own = new ApprovalReference { Caller = _ioana, ApprovalId = waiting.Id };
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task The_signer_itself_approves_with_a_code()
    {
        Assert.Equal(SigningStatus.FactorMissing, await ApproveAsync(null));
        Assert.Equal(SigningStatus.FactorWrong, await ApproveAsync("x"));
        Assert.Equal(SigningStatus.ApprovalPending, await CheckAsync());
        Assert.Equal(SigningStatus.Ok, await ApproveAsync(_fixture.Code(_ioana.SignerId)));
        Assert.Equal(SigningStatus.Ok, await CheckAsync());
    }

    [Fact]
    public async Task Five_wrong_codes_lock_and_the_asking_client_is_told()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(SigningStatus.FactorWrong, await ApproveAsync("x"));
        }

        Assert.Equal(SigningStatus.FactorLocked, await ApproveAsync("x"));
        Assert.Equal(SigningStatus.FactorLocked, await ApproveAsync(_fixture.Code(_ioana.SignerId)));
        Assert.Equal(SigningStatus.FactorLocked, await CheckAsync());
    }

    [Fact]
    public async Task What_is_over_uses_no_code()
    {
        var code = _fixture.Code(_ioana.SignerId);
        Assert.Equal(SigningStatus.Ok, await _fixture.Service.DenyAsync(_own, SigningFixture.Cancelled));
        Assert.Equal(SigningStatus.ApprovalOver, await ApproveAsync(code));
        var factor = _fixture.Store.Read(connection => connection.Factors.FindBySigner(_ioana.SignerId))!;
        Assert.Equal(0, factor.WrongCodes);
        Assert.True(factor.LastStep < _fixture.Time.GetUtcNow().ToUnixTimeSeconds() / 30);
    }

    private async Task<SigningStatus> ApproveAsync(string? code)
        => await _fixture.Service.ApproveAsync(_own, code, SigningFixture.Cancelled);

    private async Task<SigningStatus> CheckAsync()
        => (await _fixture.Service.CheckApprovalAsync(_ioana, _handle, SigningFixture.Cancelled)).Status;
}
