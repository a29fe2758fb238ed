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

    private Installation(string token, string postgres)
    {
        Token = token;
        Postgres = postgres;
        File.WriteAllText(PathOf("pin"), SoftHsmTokens.Pin);
        WriteConfiguration(Token, PathOf("pin"));
    }

    public string Token { get; }

    /// <summary>The connection string; null over SQLite.</summary>
    public string? Postgres { get; }

    public string StorePath => PathOf("store.db");

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>In whose name commands run that open the store themselves.</summary>
    public OsUser User { get; set; } = OsUsers.Current();

    public string PathOf(string name) => Path.Combine(_directory, name);

    /// <summary>Over a PostgreSQL database, with a token of its own.</summary>
    public static Installation On(string postgres) => new(SoftHsmTokens.Take(), postgres);

    /// <summary>Another node: the same token and the same store, in a folder of its own.</summary>
    public Installation AddNode(string? postgres = null) => new(Token, postgres ?? Postgres!);

    public void WriteConfiguration(string token, string pinFile, string rest = AnyPort, string grpc = AnyPort)
        => File.WriteAllText(
            PathOf("appliance.json"),
            JsonSerializer.Serialize(new
            {
                Store = DescribeStore(),
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

    private object DescribeStore() => Postgres is null
        ? new { Path = StorePath }
        : new { Postgres, State = PathOf("state"), Node = Path.GetFileName(_directory) };

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
