using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Appliance.Server.Tests.Commands;

/// <summary>
/// SoftHSM2 tokens in a directory of this process. The library reads its configuration and its tokens when it is
/// initialised, so all of them are made before that, and each test that needs one takes one.
/// </summary>
internal static partial class SoftHsmTokens
{
    public const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    public const string Pin = "0042-command-tests";
    private const int Count = 320;

    private static readonly Lazy<ConcurrentQueue<string>> s_labels = new(SetUp);

    /// <summary>What SOFTHSM2_CONF must be for another process that works with these tokens.</summary>
    public static string Configuration { get; private set; } = "";

    /// <summary>The label of a token that nobody else uses.</summary>
    public static string Take()
        => s_labels.Value.TryDequeue(out var label)
            ? label
            : throw new InvalidOperationException("The tests need more tokens; raise SoftHsmTokens.Count.");

    private static ConcurrentQueue<string> SetUp()
    {
        var directory = Directory.CreateTempSubdirectory("command-hsm-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        var tokens = Directory.CreateDirectory(Path.Combine(directory, "tokens")).FullName;
        var configuration = Path.Combine(directory, "softhsm2.conf");
        File.WriteAllText(
            configuration, $"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n");
        var labels = new ConcurrentQueue<string>();
        for (var i = 0; i < Count; i++)
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"token-{i}.");
            Initialize(label, configuration);
            labels.Enqueue(label);
        }

        Configuration = configuration;

        // The library calls getenv; .NET's own variables do not reach it.
        Assert.Equal(0, SetEnvironment("SOFTHSM2_CONF", configuration, 1));
        return labels;
    }

    private static void Initialize(string label, string configuration)
    {
        var start = new ProcessStartInfo("softhsm2-util")
        {
            ArgumentList = { "--init-token", "--free", "--label", label, "--pin", Pin, "--so-pin", "1234567890" },
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["SOFTHSM2_CONF"] = configuration },
        };
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
