using Appliance.Pkcs11;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>A supervisor that starts the server again and again must not lock the token.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly Installation _installation = new();

    [Fact]
    public async Task A_refused_pin_reaches_the_token_once_in_20_starts()
    {
        (await _installation.RunAsync("init")).Succeeded();
        await File.WriteAllTextAsync(
            _installation.PathOf("pin"), "wrong-pin", TestContext.Current.CancellationToken);

        Assert.Contains("CKR_PIN_INCORRECT", await StartInVainAsync(), StringComparison.Ordinal);
        Assert.True(SawAWrongPin());

        // The token forgets the mark when the right PIN comes, so that it can tell of another attempt.
        LogInWithTheRightPin();
        Assert.False(SawAWrongPin());
        for (var start = 2; start <= 20; start++)
        {
            Assert.DoesNotContain("CKR_", await StartInVainAsync(), StringComparison.Ordinal);
        }

        Assert.False(SawAWrongPin());
    }

    public void Dispose() => _installation.Dispose();

    private async Task<string> StartInVainAsync()
    {
        using var server = await ServeProcess.StartAsync(_installation);
        Assert.Null(server.Ready);
        var end = await server.EndAsync();
        Assert.Equal(1, end.ExitCode);
        Assert.DoesNotContain("wrong-pin", end.Output + end.Error, StringComparison.Ordinal);
        return end.Error;
    }

    private bool SawAWrongPin()
    {
        using var module = Pkcs11Module.Load(SoftHsmTokens.Library);
        return module.ListTokens().Single(token => token.Label == _installation.Token)
            .Flags.HasFlag(TokenFlags.UserPinCountLow);
    }

    private void LogInWithTheRightPin()
    {
        using var module = Pkcs11Module.Load(SoftHsmTokens.Library);
        using var token = module.OpenToken(TokenSelector.Parse(_installation.Token));
        using var pin = PinSource.FromBytes(System.Text.Encoding.UTF8.GetBytes(SoftHsmTokens.Pin));
        token.Login(pin, new RefusedPins(_installation.PathOf("other.refused-pins"), TimeProvider.System), force: true);
    }
}
