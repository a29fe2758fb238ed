using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

[assembly: AssemblyFixture(typeof(Appliance.Pkcs11.Tests.Tokens.SoftHsm))]

namespace Appliance.Pkcs11.Tests.Tokens;

/// <summary>
/// SoftHSM2 with a token directory of this run's own. The library reads SOFTHSM2_CONF once, at C_Initialize, so all
/// tokens are made first and the module is shared by the assembly.
/// </summary>
public sealed partial class SoftHsm : IDisposable
{
    public const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    public const string Pin = "24680135";
    public const string SecurityOfficerPin = "8642097531";

    private static readonly string[] s_labels = ["Payroll", "Spare", "Twin", "Twin", "Logins", "Keys", "Löhne;50%"];

    private readonly Lock _gate = new();
    private readonly Dictionary<KeyAlgorithm, KeyReference> _keys = [];
    private Token? _payroll;

    public SoftHsm()
    {
        Folder = Directory.CreateTempSubdirectory("appliance-p11-").FullName;
        var tokens = Directory.CreateDirectory(Path.Combine(Folder, "tokens")).FullName;
        Configuration = Path.Combine(Folder, "softhsm2.conf");
        File.WriteAllText(
            Configuration, $"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n");
        foreach (var label in s_labels)
        {
            string[] pins = ["--pin", Pin, "--so-pin", SecurityOfficerPin];
            Run("softhsm2-util", ["--init-token", "--free", "--label", label, .. pins]);
        }

        var known = Path.Combine(Folder, "known.bin");
        File.WriteAllBytes(known, KnownAesKey);
        string[] key = ["--aes", "--token", "Keys", "--label", "known", "--id", "4b"];
        Run("softhsm2-util", ["--import", known, .. key, "--pin", Pin]);

        // The runtime keeps its own copy of the environment; the library reads the process's.
        Assert.Equal(0, setenv("SOFTHSM2_CONF", Configuration, 1));
        Module = Pkcs11Module.Load(Library);
    }

    public string Folder { get; }

    public string Configuration { get; }

    /// <summary>
    /// An AES-256 key of the token "Keys" (label known, id 4b) whose value the tests know. Text, since softhsm2-util
    /// reads it as such: a zero byte ends the key.
    /// </summary>
    public byte[] KnownAesKey { get; } = "An AES key of exactly 32 bytes!!"u8.ToArray();

    public Pkcs11Module Module { get; }

    /// <summary>A token that is logged in, shared by tests that do not harm it.</summary>
    public Token Payroll
    {
        get
        {
            lock (_gate)
            {
                return _payroll ??= OpenLoggedIn("Payroll");
            }
        }
    }

    /// <summary>A signing key of each algorithm in <see cref="Payroll"/>, made when first asked for.</summary>
    public KeyReference Key(KeyAlgorithm algorithm)
    {
        var token = Payroll;
        lock (_gate)
        {
            if (!_keys.TryGetValue(algorithm, out var key))
            {
                var label = algorithm.ToString();
                var id = Encoding.UTF8.GetBytes(label);
                key = new KeyReference(id, label, token.GenerateKeyPair(algorithm, id, label));
                _keys.Add(algorithm, key);
            }

            return key;
        }
    }

    public Token OpenLoggedIn(string label)
    {
        var token = Module.OpenToken(TokenSelector.Parse("label:" + label));
        token.Login(PinSource.FromBytes(Encoding.UTF8.GetBytes(Pin)), NewRefusedPins());
        return token;
    }

    public RefusedPins NewRefusedPins()
        => new(Path.Combine(Folder, Path.GetRandomFileName()), TimeProvider.System);

    public void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SOFTHSM2_CONF"] = Configuration;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(
            process.ExitCode == 0,
            string.Create(CultureInfo.InvariantCulture, $"{program} exited with {process.ExitCode}: {output}"));
    }

    public void Dispose()
    {
        _payroll?.Dispose();
        Module.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
