using System.Diagnostics;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>The openssl command as an independent judge.</summary>
internal static class OpenSsl
{
    /// <summary>Runs it; what it says. Fails the test when it exits with anything but 0.</summary>
    public static string Run(params string[] arguments)
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
        var said = output + error.GetAwaiter().GetResult();
        Assert.True(process.ExitCode == 0, said);
        return said;
    }
}
