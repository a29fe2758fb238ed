namespace Appliance.Server.Tests.Commands;

public sealed class FactorCommandTests
{
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task A_factor_is_enrolled_and_activated_by_its_first_code()
    {
        using var installation = new Installation { Time = new FixedTime(s_now) };
        await installation.SetUpAsync();
        var png = installation.PathOf("qr.png");

        var factor = await installation.JsonAsync($"factor enrol --user ioana --png {png}");

        Assert.StartsWith("otpauth://totp/", factor.Text("uri"), StringComparison.Ordinal);
        Assert.Contains(factor.Text("secret"), factor.Text("uri"), StringComparison.Ordinal);
        Assert.Equal("\u0089PNG", System.Text.Encoding.Latin1.GetString(await ReadAsync(png), 0, 4));
        Assert.True(
            OperatingSystem.IsWindows()
                || File.GetUnixFileMode(png) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var code = OneTime.Code(factor.Text("secret"), s_now);
        Assert.True((await installation.JsonAsync($"factor activate --user ioana --code {code}"))
            .GetProperty("active").GetBoolean());
        (await installation.RunAsync($"factor activate --user ioana --code {code}")).Failed("waits for its first code");
    }

    [Fact]
    public async Task The_secret_is_shown_once_and_kept_nowhere_in_clear()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();

        var shown = (await installation.RunAsync("factor enrol --user ioana")).Succeeded().Output;

        var secret = shown[(shown.IndexOf("secret=", StringComparison.Ordinal) + 7)..].Split('&')[0];
        Assert.Equal(32, secret.Length);
        var trail = (await installation.RunAsync("audit show --json")).Succeeded().Output;
        Assert.DoesNotContain(secret, trail, StringComparison.Ordinal);
        Assert.Contains("█", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_codes_lock_the_factor()
    {
        using var installation = new Installation { Time = new FixedTime(s_now) };
        await installation.SetUpAsync();
        var factor = await installation.JsonAsync("factor enrol --user ioana");
        var wrong = OneTime.Code(factor.Text("secret"), s_now.AddHours(1));

        for (var i = 0; i < 4; i++)
        {
            (await installation.RunAsync($"factor activate --user ioana --code {wrong}")).Failed("The code is wrong");
        }

        (await installation.RunAsync($"factor activate --user ioana --code {wrong}")).Failed("one wrong code too many");
        (await installation.RunAsync($"factor activate --user ioana --code {wrong}")).Failed("is locked");
        Assert.Equal(1, (await installation.JsonAsync("audit show --event factor.locked")).GetArrayLength());
        Assert.Equal(6, (await installation.JsonAsync("audit show --event factor.activated")).GetArrayLength());
    }

    [Fact]
    public async Task A_signer_that_is_not_there_is_named()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();

        (await installation.RunAsync("factor enrol --user nobody")).Failed("There is no signer \"nobody\"");
        (await installation.RunAsync("factor activate --user ioana --code 123456")).Failed("run `factor enrol` first");
    }

    private static Task<byte[]> ReadAsync(string path)
        => File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
}
