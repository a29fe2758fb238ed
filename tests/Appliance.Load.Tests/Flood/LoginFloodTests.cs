using System.Diagnostics;
using Appliance.Load.Flood;

namespace Appliance.Load.Tests.Flood;

/// <summary>The short form of load/flood.sh.</summary>
public sealed class LoginFloodTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("flood-").FullName;

    /// <summary>
    /// The full form asks for 0.6 on a quiet machine; beside other suites less is enough to tell a lane that keeps to
    /// itself from none.
    /// </summary>
    [Fact]
    public async Task Signing_goes_on_and_never_fails_while_the_lane_for_passwords_is_full()
    {
        Environment.SetEnvironmentVariable("SIGNERS", "48");
        Assert.Equal(0, await RunAsync("appliance-up.sh"));

        Assert.Equal(0, await FloodCommand.RunAsync([_directory, "--quick"]));
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("appliance-down.sh");
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<int> RunAsync(string script)
    {
        using var process = Process.Start(
            Path.Combine(Repository(), "tests", "interop", script), [_directory]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Appliance.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
