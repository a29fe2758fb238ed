using System.Diagnostics;
using System.Globalization;

namespace Appliance.Grpc.Tests.Services;

/// <summary>A client in Python on Debian's python3-grpcio, which writes what it sees line by line.</summary>
internal sealed class PythonScript : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;
    private readonly Task<string> _errors;

    private PythonScript(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Starts one of the scripts beside this file; it finds our protos and the server's port first.</summary>
    public static PythonScript Start(string name, Uri server, params string[] arguments)
    {
        Assert.True(File.Exists(Python), $"{Python} is missing; install it: apt-get install python3-grpcio");
        return new PythonScript(Process.Start(new ProcessStartInfo(
            Python,
            [
                Path.Combine(AppContext.BaseDirectory, "Services", name),
                Path.Combine(AppContext.BaseDirectory, "proto"),
                server.Port.ToString(CultureInfo.InvariantCulture),
                .. arguments,
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>The next line; null when it has ended.</summary>
    public async Task<string?> LineAsync()
        => await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    /// <summary>What was not read, once it has ended well.</summary>
    public async Task<string[]> EndAsync()
    {
        var rest = await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(_process.ExitCode == 0, rest + await _errors);
        return rest.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
