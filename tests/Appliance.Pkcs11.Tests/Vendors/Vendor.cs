using System.Diagnostics;
using System.Globalization;

namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>What of other vendors is installed here.</summary>
internal static class Vendor
{
    /// <summary>A library of Debian's, whatever the machine's architecture; null when it is not installed.</summary>
    public static string? FindLibrary(string name)
        => Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*")
            .SelectMany(folder => new[] { Path.Combine(folder, name), Path.Combine(folder, "pkcs11", name) })
            .FirstOrDefault(File.Exists);

    public static bool HasCommand(string name)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, name)));

    public static void Run(
        string program, IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(
            process.ExitCode == 0,
            string.Create(CultureInfo.InvariantCulture, $"{program} exited with {process.ExitCode}: {output}"));
    }
}
