using System.Diagnostics;

namespace Appliance.Timestamping.Tests.Keys;

/// <summary>The openssl command as an independent judge.</summary>
internal static class OpenSsl
{
    /// <summary>Runs it; fails the test when it exits non-zero.</summary>
    public static string Run(params string[] arguments)
    {
        var (exitCode, output) = TryRun(arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    public static (int ExitCode, string Output) TryRun(params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
