using System.Text.Json;
using System.Threading.Channels;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Enrolments;

/// <summary>A folder into which the appliance delivers; its files are read as they appear.</summary>
internal sealed class Spool : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spool-");
    private readonly Channel<string> _files = Channel.CreateUnbounded<string>();
    private readonly FileSystemWatcher _watcher;

    public Spool()
    {
        _watcher = new FileSystemWatcher(_folder.FullName, "*.json");
        _watcher.Renamed += (_, file) => _files.Writer.TryWrite(file.FullPath);
        _watcher.EnableRaisingEvents = true;
    }

    public string Folder => _folder.FullName;

    /// <summary>The next message, which must be of this kind and go this way.</summary>
    public async Task<JsonElement> NextAsync(string kind, string to)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        var file = await _files.Reader.ReadAsync(patience.Token);
        var message = JsonDocument.Parse(await File.ReadAllTextAsync(file, patience.Token)).RootElement;
        Assert.Equal((kind, to), (message.Text("kind"), message.Text("to")));
        return message;
    }

    /// <summary>The code of the next message; it is in its text too.</summary>
    public async Task<string> NextCodeAsync(string kind, string to)
    {
        var message = await NextAsync(kind, to);
        var code = message.GetProperty("values").Text("code");
        Assert.Contains(code, message.Text("text"), StringComparison.Ordinal);
        return code;
    }

    /// <summary>The token of the link in the next message.</summary>
    public async Task<string> NextLinkAsync(string kind, string to)
    {
        var message = await NextAsync(kind, to);
        Assert.Contains(message.Text("url"), message.Text("text"), StringComparison.Ordinal);
        return message.Text("url").Split('#')[1];
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _folder.Delete(recursive: true);
    }
}
