using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Appliance.Grpc.Tests.Robustness.Runs;

/// <summary>The test service in a process of its own, so that what it holds is its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ServerProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public int Port { get; private set; }

    public static async Task<ServerProcess> StartAsync()
    {
        var server = new ServerProcess(Process.Start(new ProcessStartInfo
        {
            FileName = Path.Combine(AppContext.BaseDirectory, "Appliance.Grpc.TestService"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
            },
        })!);
        server.Port = int.Parse(await server.ReadLineAsync(), CultureInfo.InvariantCulture);
        return server;
    }

    /// <summary>Collects all garbage there, then measures.</summary>
    public async Task<Measure> MeasureAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var numbers = (await ReadLineAsync()).Split(' ')
            .Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToList();
        return new Measure(
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5],
            Directory.GetFileSystemEntries($"/proc/{_process.Id}/task").Length,
            Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length);
    }

    /// <summary>Ends it; its exit code and the errors that it logged or died of.</summary>
    public async Task<(int Code, string Errors)> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<string> ReadLineAsync()
        => await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException("The server has ended: " + await _errors);
}
