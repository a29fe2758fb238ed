using System.Globalization;
using System.Text.Json;
using Appliance.Storage;

namespace Appliance.Server.Tests.Commands;

public sealed class CommandLineTests
{
    public static TheoryData<string> Everything =>
    [
        "init", "signer add --user ioana --name Ioana", "credential list", "factor enrol --user ioana", "audit show",
        "credential create --user ioana --algorithm P-256",
    ];

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_store_in_use_is_refused_with_its_owners_pid(string command)
    {
        using var installation = new Installation(withToken: false);
        using var owner = Store.Open(new StoreOptions { Path = installation.StorePath });

        (await installation.RunAsync(command, "a long enough password"))
            .Failed(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("signer")]
    [InlineData("signer add")]
    [InlineData("credential import --id 7 --certificates x")]
    [InlineData("audit show --limit x")]
    public async Task A_wrong_command_line_exits_with_2(string command)
    {
        using var installation = new Installation(withToken: false);

        (await installation.RunAsync(command)).Failed("--help", exitCode: 2);
    }

    [Theory]
    [InlineData("audit show --organisation acme", "takes an id")]
    [InlineData("package show --credential acme", "takes an id")]
    [InlineData("audit show --limit x", "takes a whole number")]
    public async Task A_value_of_the_wrong_form_is_told_without_the_runtimes_types(string command, string told)
    {
        using var installation = new Installation(withToken: false);

        var outcome = await installation.RunAsync(command);

        outcome.Failed(told, exitCode: 2);
        Assert.DoesNotContain("System.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_are_json_with_json()
    {
        using var installation = new Installation(withToken: false);

        var refused = await installation.RunAsync("factor enrol --user nobody --json");
        var wrong = await installation.RunAsync("bogus --json");

        Assert.Equal((1, 2), (refused.ExitCode, wrong.ExitCode));
        foreach (var outcome in new[] { refused, wrong })
        {
            Assert.Empty(outcome.Output);
            Assert.NotEmpty(JsonDocument.Parse(outcome.Error).RootElement.Text("error"));
        }
    }

    [Fact]
    public async Task Help_succeeds_and_names_every_command()
    {
        using var installation = new Installation(withToken: false);

        var help = (await installation.RunAsync("--help")).Succeeded().Output;

        Assert.All(
            ["serve", "init", "doctor", "signer", "credential", "factor", "audit", "--config", "--json"],
            name => Assert.Contains(name, help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_file_that_is_not_there_is_named()
    {
        using var installation = new Installation(withToken: false);
        File.Delete(installation.PathOf("appliance.json"));

        (await installation.RunAsync("audit show")).Failed("There is no configuration file");
    }

    [Fact]
    public async Task Wrong_settings_are_all_told_at_once()
    {
        using var installation = new Installation(withToken: false);
        const string Wrong = " --set Token:Module= --set Totp:Window=7 --set Listen:Rest=nowhere --set Tokn:Label=x";
        string[] settings = ["Token:Module", "Totp:Window", "Listen:Rest", "Tokn"];

        var command = await installation.RunAsync("audit show" + Wrong);
        var doctor = await installation.RunAsync("doctor --json" + Wrong);

        Assert.All(settings, name => command.Failed(name));
        Assert.Equal(1, doctor.ExitCode);
        Assert.All(settings, name => Assert.Contains(name, doctor.Output, StringComparison.Ordinal));
        Assert.Contains("skipped", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_overrides_the_file()
    {
        using var installation = new Installation(withToken: false);
        var other = installation.PathOf("other.db");

        (await installation.RunAsync($"audit show --set Store:Path={other}")).Succeeded();

        Assert.True(File.Exists(other));
        Assert.False(File.Exists(installation.StorePath));
        (await installation.RunAsync("audit show --set nonsense")).Failed("KEY=VALUE");
    }
}
