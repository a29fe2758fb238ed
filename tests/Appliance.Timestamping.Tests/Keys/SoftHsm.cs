using System.Diagnostics;
using System.Runtime.InteropServices;
using Appliance.Pkcs11;

namespace Appliance.Timestamping.Tests.Keys;

/// <summary>
/// SoftHSM2 with a token in a directory of this process. The library reads its configuration once per process, so
/// the token exists before it is loaded and every test shares it.
/// </summary>
public sealed partial class SoftHsm : IDisposable
{
    public const string Pin = "4711-timestamping";
    private const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    private static readonly Lazy<string> s_directory = new(SetUp);

    private readonly Pkcs11Module _module;

    public SoftHsm()
    {
        Directory = s_directory.Value;
        _module = Pkcs11Module.Load(Library);
        Token = Open("first");
    }

    public string Directory { get; }

    public Token Token { get; }

    public void Dispose()
    {
        Token.Dispose();
        _module.Dispose();
    }

    private static string SetUp()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("timestamping-hsm-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.Directory.Delete(directory, recursive: true);
        var configuration = Path.Combine(directory, "softhsm2.conf");
        var tokens = System.IO.Directory.CreateDirectory(Path.Combine(directory, "tokens")).FullName;
        File.WriteAllText(
            configuration, $"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n");
        Initialize("first", configuration);

        // The library calls getenv; .NET's own variables do not reach it.
        Assert.Equal(0, SetEnvironment("SOFTHSM2_CONF", configuration, 1));
        return directory;
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

    private Token Open(string label)
    {
        var token = _module.OpenToken(TokenSelector.Parse(label));
        var refused = new RefusedPins(Path.Combine(Directory, $"refused-{label}"), TimeProvider.System);
        token.Login(PinSource.FromBytes(System.Text.Encoding.UTF8.GetBytes(Pin)), refused);
        return token;
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
