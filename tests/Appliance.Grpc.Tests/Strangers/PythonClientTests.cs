using System.Diagnostics;
using System.Globalization;
using Appliance.Grpc.Tests.Support;

namespace Appliance.Grpc.Tests.Strangers;

/// <summary>Debian's python3-grpcio (gRPC C-core) against the layer: a client that nobody here wrote.</summary>
public sealed class PythonClientTests
{
    private const string Python = "/usr/bin/python3";

    [Theory]
    [InlineData("unary")]
    [InlineData("concurrent")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("big")]
    [InlineData("toobig")]
    [InlineData("deadline")]
    [InlineData("cancel")]
    [InlineData("metadata")]
    [InlineData("details")]
    [InlineData("text")]
    [InlineData("unknown")]
    [InlineData("unimplemented")]
    public async Task The_C_core_client_is_served(string name)
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync();
        var script = Path.Combine(AppContext.BaseDirectory, "Strangers", "client.py");
        var (exit, output) = await RunAsync(
            [script, server.Http2.Port.ToString(CultureInfo.InvariantCulture), name], token);
        Assert.False(
            output.Contains("No module named 'grpc'", StringComparison.Ordinal),
            "python3-grpcio is missing; install it: apt-get install python3-grpcio");
        Assert.True(exit == 0, output);
    }

    private static async Task<(int Exit, string Output)> RunAsync(string[] arguments, CancellationToken token)
    {
        Assert.True(File.Exists(Python), $"{Python} is missing; install it: apt-get install python3-grpcio");
        using var process = Process.Start(new ProcessStartInfo(Python, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var errors = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return (process.ExitCode, await output + await errors);
    }
}
