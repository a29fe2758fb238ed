using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Keys with CKA_ALWAYS_AUTHENTICATE: the PIN between C_SignInit and each C_Sign.</summary>
public sealed class AlwaysAuthenticateTests : IDisposable
{
    private readonly FakeGroup _fakes = new();

    public AlwaysAuthenticateTests() => _fakes.First.AsksEachTime = true;

    public void Dispose() => _fakes.Dispose();

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task Each_signature_is_asked_for_with_the_pin(SlotDispatch dispatch)
    {
        using var group = new SlotGroup(
            [_fakes.FirstToken], new SlotGroupOptions { Sessions = 1, Dispatch = dispatch });
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1, 2, 3));
        Assert.Equal(3, _fakes.First.ContextLogins);
        Assert.Equal(1, _fakes.First.LoginCalls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_pin_that_is_refused_is_never_tried_again(int good)
    {
        using var group = new SlotGroup(
            [_fakes.FirstToken], new SlotGroupOptions { Sessions = 1, Dispatch = SlotDispatch.Inline });
        for (var i = 0; i < good; i++)
        {
            FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        }

        _fakes.First.NextLogin.Enqueue(CKR.CKR_PIN_INCORRECT);
        Assert.Equal(SignOutcome.KeyUnusable, (await _fakes.SignAsync(group, 2)).Outcome);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(SignOutcome.KeyUnusable, (await _fakes.SignAsync(group, 3)).Outcome);
            Jobs.AwaitState(group, 0, SlotState.Ready);
        }

        Assert.Equal(good + 1, _fakes.First.ContextLogins);
        Assert.Empty(_fakes.Second.Signed);
    }
}
