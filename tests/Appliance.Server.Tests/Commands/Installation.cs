using System.Text.Json;
using Appliance.Server.Admin;
using Appliance.Server.Commands;

namespace Appliance.Server.Tests.Commands;

/// <summary>An installation in a temporary directory with a token of its own, worked by its command line.</summary>
internal sealed class Installation : IDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";

    private readonly string _directory = Directory.CreateTempSubdirectory("commands-").FullName;

    /// <summary>With a token of its own, or with none for commands that never ask for it.</summary>
    public Installation(bool withToken = true)
    {
        Token = withToken ? SoftHsmTokens.Take() : "none";
        File.WriteAllText(PathOf("pin"), SoftHsmTokens.Pin);
        WriteConfiguration(Token, PathOf("pin"));
    }

    public string Token { get; }

    public string StorePath => PathOf("store.db");

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>In whose name commands run that open the store themselves.</summary>
    public OsUser User { get; set; } = OsUsers.Current();

    public string PathOf(string name) => Path.Combine(_directory, name);

    public void WriteConfiguration(string token, string pinFile, string rest = AnyPort, string grpc = AnyPort)
        => File.WriteAllText(
            PathOf("appliance.json"),
            JsonSerializer.Serialize(new
            {
                Store = new { Path = StorePath },
                Token = new { Module = SoftHsmTokens.Library, Token = token, PinFile = pinFile },
                Listen = new { Rest = rest, Grpc = grpc },
            }));

    /// <summary>Runs a command; arguments are separated by single spaces.</summary>
    public Task<CommandOutcome> RunAsync(string arguments, string input = "")
        => RunAsync(arguments.Split(' '), input);

    public async Task<CommandOutcome> RunAsync(string[] arguments, string input = "")
    {
        using var reader = new StringReader(input);
        return await RunAsync(arguments, reader, CancellationToken.None);
    }

    public async Task<CommandOutcome> RunAsync(
        string[] arguments, TextReader input, CancellationToken cancellationToken)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var environment = new CommandEnvironment
        {
            Output = output,
            Error = error,
            Input = input,
            Interactive = false,
            Terminal = false,
            Time = Time,
            User = User,
        };
        var exitCode = await CommandLine.RunAsync(
            [.. arguments, "--config", PathOf("appliance.json")], environment, cancellationToken);
        return new CommandOutcome(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command with --json that must succeed.</summary>
    public async Task<JsonElement> JsonAsync(string arguments, string input = "")
        => (await RunAsync(arguments + " --json", input)).Json();

    /// <summary>After `init` and `signer add`.</summary>
    public async Task SetUpAsync(string user = "ioana")
    {
        (await RunAsync("init")).Succeeded();
        (await RunAsync($"signer add --user {user} --name Ioana", "a long enough password")).Succeeded();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
