using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Appliance.Server.Hosting;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>`appliance serve` as an operator runs it: the real executable in a process of its own.</summary>
internal sealed partial class ServeProcess : IDisposable
{
    private const int Sigterm = 15;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ServeProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        _error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Where the executable finds the runtime.</summary>
    public static string DotnetRoot { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    public int Id => _process.Id;

    /// <summary>What it wrote when it was ready; null when it ended before.</summary>
    public ReadyDocument? Ready { get; private set; }

    /// <summary>From the start of the process until its ready file was there.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Starts a server; returns when it is ready or has ended.</summary>
    /// <param name="installation">Its settings.</param>
    /// <param name="more">More arguments.</param>
    public static Task<ServeProcess> StartAsync(Installation installation, params string[] more)
        => StartAsync(installation, [], more);

    /// <summary>The same, with more variables of the environment.</summary>
    public static async Task<ServeProcess> StartAsync(
        Installation installation, IEnumerable<KeyValuePair<string, string>> environment, params string[] more)
    {
        var file = installation.PathOf("ready.json");
        var there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, "ready.json*");
        watcher.Renamed += (_, _) => there.TrySetResult();
        watcher.EnableRaisingEvents = true;

        var started = Stopwatch.GetTimestamp();
        var start = Describe(installation, file, more);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var server = new ServeProcess(Process.Start(start)!);
        var ended = server._process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (await Task.WhenAny(there.Task, ended) == there.Task)
        {
            server.ReadyAfter = Stopwatch.GetElapsedTime(started);
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            server.Ready = JsonSerializer.Deserialize(text, HostingJson.Default.ReadyDocument);
        }

        return server;
    }

    /// <summary>SIGKILL: nothing is finished, flushed or said.</summary>
    public void Kill() => _process.Kill();

    public void Terminate() => Assert.Equal(0, Kill(Id, Sigterm));

    /// <summary>Its exit code and what it said, once it has ended.</summary>
    public async Task<CommandOutcome> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CommandOutcome(_process.ExitCode, await _output, await _error);
    }

    /// <summary>Resident memory now (VmRSS, proc(5)), in bytes.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Id}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return 1024 * long.Parse(kilobytes, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Describe(Installation installation, string readyFile, string[] more) => new(
        Path.Combine(AppContext.BaseDirectory, "appliance"),
        ["serve", "--config", installation.PathOf("appliance.json"), "--ready-file", readyFile, .. more])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
        Environment =
        {
            ["SOFTHSM2_CONF"] = SoftHsmTokens.Configuration,
            ["DOTNET_ROOT"] = DotnetRoot,
        },
    };

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
