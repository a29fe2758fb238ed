using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Appliance.Crash.Tests.Processes;

/// <summary>`appliance serve` in a process of its own, which can be killed.</summary>
internal sealed partial class ServeProcess : IDisposable
{
    private const int Sigterm = 15;
    private const int Sigkill = 9;
    private const int Sigstop = 19;
    private const int Sigcont = 18;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);
    private readonly Task _reading;

    private ServeProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>Where gRPC is served.</summary>
    public Uri Grpc { get; private set; } = null!;

    /// <summary>Where REST is served, and time stamps are.</summary>
    public Uri Rest { get; private set; } = null!;

    /// <summary>What it said; all of it once it has ended.</summary>
    public IEnumerable<string> Lines => _lines;

    /// <summary>Starts a server; returns when it is ready.</summary>
    public static async Task<ServeProcess> StartAsync(Installation installation, string dispatch, int node = 0)
    {
        var file = installation.PathOf($"ready-{node}.json");
        File.Delete(file);
        var there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*");
        watcher.Renamed += (_, _) => there.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var server = new ServeProcess(Process.Start(installation.Serve(file, dispatch, node))!);
        var ended = server._process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (await Task.WhenAny(there.Task, ended) == ended)
        {
            await server._reading;
            Assert.Fail("The server did not start:\n" + string.Join('\n', server.Lines));
        }

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var ready = JsonDocument.Parse(text).RootElement;
        server.Grpc = new Uri(ready.GetProperty("grpc").GetString()!);
        server.Rest = new Uri(ready.GetProperty("rest").GetString()!);
        return server;
    }

    /// <summary>SIGKILL, now.</summary>
    public void Kill() => Assert.Equal(0, Kill(_process.Id, Sigkill));

    public void Terminate() => Assert.Equal(0, Kill(_process.Id, Sigterm));

    /// <summary>SIGSTOP: it stands still, its connections stay open.</summary>
    public void Pause() => Assert.Equal(0, Kill(_process.Id, Sigstop));

    /// <summary>SIGCONT.</summary>
    public void Resume() => Assert.Equal(0, Kill(_process.Id, Sigcont));

    /// <summary>Done when it has logged an event.</summary>
    public Task LoggedAsync(int eventId)
    {
        var mark = $"[{eventId}]";
        var awaited = _awaited.GetOrAdd(
            mark, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_lines.Any(line => line.Contains(mark, StringComparison.Ordinal)))
        {
            awaited.TrySetResult();
        }

        return awaited.Task;
    }

    /// <summary>Its exit code, once it has ended and all it said has been read.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _reading;
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            _lines.Enqueue(line);
            foreach (var (mark, awaited) in _awaited)
            {
                if (line.Contains(mark, StringComparison.Ordinal))
                {
                    awaited.TrySetResult();
                }
            }
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
