using System.Globalization;
using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>The process itself: what it is given, what it dies of, and what its parent does then.</summary>
public sealed class HostProcessTests
{
    private static readonly SignatureScheme s_ecdsa = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly SoftHsm _hsm;

    public HostProcessTests(SoftHsm hsm) => _hsm = hsm;

    [Fact]
    public void No_secret_and_nothing_that_it_does_not_need_is_in_arguments_or_environment()
    {
        Environment.SetEnvironmentVariable("APPLIANCE_TEST_SECRET", "not-for-children");
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Payroll");
        Assert.True(token.IsLoggedIn);
        var folder = "/proc/" + hosted.Process.ToString(CultureInfo.InvariantCulture);
        var said = File.ReadAllText(folder + "/cmdline") + File.ReadAllText(folder + "/environ");
        Assert.Contains(_hsm.Configuration, said, StringComparison.Ordinal);
        Assert.DoesNotContain(SoftHsm.Pin, said, StringComparison.Ordinal);
        Assert.DoesNotContain("not-for-children", said, StringComparison.Ordinal);
        Assert.DoesNotContain("APPLIANCE_TEST_SECRET", said, StringComparison.Ordinal);
        var limits = File.ReadAllLines(folder + "/limits");
        var core = Assert.Single(limits, line => line.StartsWith("Max core", StringComparison.Ordinal));
        Assert.Matches("Max core file size +0 +0", core);
    }

    [Theory]
    [InlineData("KILL")]
    public void A_dead_process_is_replaced_and_the_token_logs_in_again(string signal)
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Payroll");
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        var hash = SHA256.HashData("one"u8);
        for (var round = 0; round < 3; round++)
        {
            Assert.True(Verification.IsGood(key, s_ecdsa, hash, token.Sign(key, s_ecdsa, hash)));
            var before = hosted.Process;
            hosted.Signal(signal);
            Eventually.True(() => hosted.Host.Child is { } child && child.Process != before, "another process serves");
        }

        Assert.True(Verification.IsGood(key, s_ecdsa, hash, token.Sign(key, s_ecdsa, hash)));
        Assert.Equal(3, hosted.Log.Of(1031).Count());
    }

    [Fact]
    public void Without_a_process_calls_fail_at_once()
    {
        using var hosted = new HostedHsm(_hsm, options => options with { RestartDelay = TimeSpan.FromMinutes(5) });
        var token = hosted.OpenLoggedIn("Payroll");
        hosted.Signal("KILL");
        Eventually.True(() => hosted.Host.Child is null, "it is gone");
        Assert.Equal("CKR_DEVICE_REMOVED (0x00000032)", NameOf(() => token.ReadInfo()));
        Assert.False(token.IsLoggedIn);
        Assert.ThrowsAny<Exception>(() => token.FindKeys());
    }

    [Fact]
    public void A_process_that_hangs_is_killed_and_replaced()
    {
        using var hosted = new HostedHsm(_hsm, options => options with { CallTimeout = TimeSpan.FromSeconds(2) });
        var token = hosted.OpenLoggedIn("Payroll");
        var before = hosted.Process;
        hosted.Signal("STOP");
        Assert.Equal("CKR_DEVICE_REMOVED (0x00000032)", NameOf(() => token.ReadInfo()));
        Eventually.True(() => hosted.Host.Child is { } child && child.Process != before, "another process serves");
        Assert.Contains("C_GetTokenInfo", Assert.Single(hosted.Log.Of(1032)), StringComparison.Ordinal);
        Assert.Equal("Payroll", token.ReadInfo().Label);
    }

    [Fact]
    public void A_process_from_which_nothing_comes_is_killed_and_replaced()
    {
        using var hosted = new HostedHsm(_hsm, options => options with { SilenceTimeout = TimeSpan.FromSeconds(2) });
        var before = hosted.Process;
        hosted.Signal("STOP");
        Eventually.True(() => hosted.Host.Child is { } child && child.Process != before, "another process serves");
        Assert.Contains("nothing comes", Assert.Single(hosted.Log.Of(1032)), StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_when_the_module_is_given_back()
    {
        int process;
        using (var hosted = new HostedHsm(_hsm))
        {
            hosted.OpenLoggedIn("Payroll");
            process = hosted.Process;
        }

        Assert.False(Directory.Exists("/proc/" + process.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Asked_to_end_by_anybody_else_it_serves_on()
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Payroll");
        var process = hosted.Process;
        hosted.Signal("TERM");
        hosted.Signal("INT");
        Assert.Equal("Payroll", token.ReadInfo().Label);
        Assert.Equal(process, hosted.Process);
    }

    private static string NameOf(Action call)
        => Pkcs11ReturnValue.NameOf(Assert.Throws<Pkcs11Exception>(call).ReturnValue);
}
