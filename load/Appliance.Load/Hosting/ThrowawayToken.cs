using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Pkcs11;

namespace Appliance.Load.Hosting;

/// <summary>A SoftHSM2 token for one run, with a key of each algorithm that is measured.</summary>
internal sealed partial class ThrowawayToken : IDisposable
{
    private const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    private const string Label = "Hosting";
    private const string Pin = "123456";

    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-hosting-").FullName;
    private readonly Dictionary<string, string> _environment;

    public ThrowawayToken()
    {
        var tokens = Directory.CreateDirectory(Path.Combine(_folder, "tokens")).FullName;
        var configuration = Path.Combine(_folder, "softhsm2.conf");
        File.WriteAllText(configuration, $"directories.tokendir = {tokens}\nlog.level = ERROR\n");
        _environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SOFTHSM2_CONF"] = configuration };
        var start = new ProcessStartInfo(
            "softhsm2-util", ["--init-token", "--free", "--label", Label, "--pin", Pin, "--so-pin", "12345678"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["SOFTHSM2_CONF"] = configuration;
        using (var process = Process.Start(start)!)
        {
            process.WaitForExit();
        }

        // The runtime keeps its own copy of the environment; the library in this process reads the process's.
        if (setenv("SOFTHSM2_CONF", configuration, 1) != 0)
        {
            throw new InvalidOperationException("SOFTHSM2_CONF could not be set.");
        }

        using var module = Open(isHosted: true, out var token);
        foreach (var algorithm in (ReadOnlySpan<KeyAlgorithm>)[KeyAlgorithm.EcP256, KeyAlgorithm.Rsa2048])
        {
            var label = algorithm.ToString();
            var id = Encoding.UTF8.GetBytes(label);
            Keys[algorithm] = new KeyReference(id, label, token.GenerateKeyPair(algorithm, id, label));
        }

        token.Dispose();
    }

    public Dictionary<KeyAlgorithm, KeyReference> Keys { get; } = [];

    /// <summary>The library in this process, or in a child; the token logged in.</summary>
    public Pkcs11Module Open(bool isHosted, out Token token)
    {
        var module = isHosted
            ? Pkcs11Module.Host(Library, new ModuleHostOptions { Environment = _environment })
            : Pkcs11Module.Load(Library);
        token = module.OpenToken(TokenSelector.Parse(Label));
        token.Login(
            PinSource.FromBytes(Encoding.UTF8.GetBytes(Pin)),
            new RefusedPins(Path.Combine(_folder, "refused.json"), TimeProvider.System));
        return module;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
