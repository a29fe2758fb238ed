using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Pkcs11;

namespace Appliance.Benchmarks;

/// <summary>A SoftHSM2 token of this process's own, logged in, with a key of each benchmarked algorithm.</summary>
internal sealed partial class SoftHsmToken
{
    private const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    private const string Label = "Benchmarks";

    private static readonly Lazy<SoftHsmToken> s_shared = new(() => new SoftHsmToken());

    private SoftHsmToken()
    {
        var folder = Directory.CreateTempSubdirectory("appliance-bench-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var tokens = Directory.CreateDirectory(Path.Combine(folder, "tokens")).FullName;
        var configuration = Path.Combine(folder, "softhsm2.conf");
        File.WriteAllText(configuration, $"directories.tokendir = {tokens}\nlog.level = ERROR\n");
        if (setenv("SOFTHSM2_CONF", configuration, 1) != 0)
        {
            throw new InvalidOperationException("SOFTHSM2_CONF could not be set.");
        }

        var start = new ProcessStartInfo(
            "softhsm2-util", ["--init-token", "--free", "--label", Label, "--pin", "123456", "--so-pin", "12345678"]);
        start.Environment["SOFTHSM2_CONF"] = configuration;
        using (var process = Process.Start(start)!)
        {
            process.WaitForExit();
        }

        Token = Pkcs11Module.Load(Library).OpenToken(TokenSelector.Parse(Label));
        Token.Login(
            PinSource.FromBytes("123456"u8),
            new RefusedPins(Path.Combine(folder, "refused.json"), TimeProvider.System));
    }

    public static SoftHsmToken Shared => s_shared.Value;

    public Token Token { get; }

    public KeyReference Key(KeyAlgorithm algorithm)
    {
        var label = algorithm.ToString();
        var id = Encoding.UTF8.GetBytes(label);
        var existing = Token.FindKeys(id, label).FirstOrDefault(key => key.SubjectPublicKeyInfo is not null);
        return new KeyReference(
            id, label, existing?.SubjectPublicKeyInfo ?? Token.GenerateKeyPair(algorithm, id, label));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
