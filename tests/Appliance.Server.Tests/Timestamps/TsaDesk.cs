using Appliance.Server.Admin;
using Appliance.Server.Commands;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>A machine with files and the command line, and with no appliance, token or store.</summary>
internal sealed class TsaDesk : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("desk-").FullName;

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A file; its content is its name unless said otherwise.</summary>
    public string Write(string name, byte[]? content = null)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content ?? System.Text.Encoding.UTF8.GetBytes(name));
        return path;
    }

    public byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    public bool Has(string name) => File.Exists(PathOf(name));

    public static Task<CommandOutcome> RunAsync(params string[] arguments) => RunAsync(false, arguments);

    public static async Task<CommandOutcome> RunAsync(bool terminal, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        using var input = new StringReader("");
        var environment = new CommandEnvironment
        {
            Output = output,
            Error = error,
            Input = input,
            Interactive = false,
            Terminal = terminal,
            Ansi = false,
            User = OsUsers.Current(),
        };
        var exitCode = await CommandLine.RunAsync(arguments, environment, TestContext.Current.CancellationToken);
        return new CommandOutcome(exitCode, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
