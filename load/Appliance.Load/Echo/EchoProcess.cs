using System.Diagnostics;
using System.Globalization;

namespace Appliance.Load.Echo;

/// <summary>An <see cref="EchoServer"/> in a process of its own, to tell its CPU time and allocations.</summary>
internal sealed class EchoProcess : IDisposable
{
    private readonly Process _process;

    private EchoProcess(Process process, int barePort, int grpcPort)
    {
        _process = process;
        BarePort = barePort;
        GrpcPort = grpcPort;
    }

    public int BarePort { get; }

    public int GrpcPort { get; }

    public static async Task<EchoProcess> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo
        {
            FileName = Environment.ProcessPath!,
            ArgumentList = { "echo-server" },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The echo server did not start.");
        var ports = line.Split(' ');
        return new EchoProcess(
            process,
            int.Parse(ports[0], CultureInfo.InvariantCulture),
            int.Parse(ports[1], CultureInfo.InvariantCulture));
    }

    public async Task<EchoUsage> UsageAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        var numbers = (await _process.StandardOutput.ReadLineAsync())!.Split(' ');
        return new EchoUsage(
            long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
