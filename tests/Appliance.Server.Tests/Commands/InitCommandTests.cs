using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Tests.Commands;

public sealed class InitCommandTests
{
    [Fact]
    public async Task Init_makes_store_root_key_and_ca_once()
    {
        using var installation = new Installation();
        var made = await installation.JsonAsync("init --ca-name Test");

        Assert.True(File.Exists(installation.StorePath));
        Assert.Equal(installation.Token, made.Text("token"));
        Assert.Equal("AesGcm", made.Text("rootKeyMechanism"));
        using var ca = X509Certificate2.CreateFromPem(made.Text("authorityPem"));
        Assert.Equal("CN=Test", ca.Subject);
        (await installation.RunAsync("init")).Failed("has a root key already");
    }

    [Fact]
    public async Task A_token_that_is_not_there_is_named_with_those_that_are()
    {
        using var installation = new Installation();
        installation.WriteConfiguration("nowhere", installation.PathOf("pin"));

        var outcome = await installation.RunAsync("init");

        outcome.Failed("nowhere");
        Assert.Contains(installation.Token, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_pin_is_not_tried_again()
    {
        using var installation = new Installation();
        await File.WriteAllTextAsync(installation.PathOf("pin"), "wrong-pin", TestContext.Current.CancellationToken);

        var first = await installation.RunAsync("init");
        var second = await installation.RunAsync("init");

        Assert.Equal((1, 1), (first.ExitCode, second.ExitCode));
        Assert.Contains("CKR_PIN_INCORRECT", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("CKR_PIN_INCORRECT", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-pin", first.Error + second.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            installation.PathOf("pin"), SoftHsmTokens.Pin, TestContext.Current.CancellationToken);
        (await installation.RunAsync("init")).Failed("");
    }
}
