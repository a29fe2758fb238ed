using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>
/// A token at the other end of a socket: `p11-kit server` in front of a SoftHSM2 token of its own, seen through
/// p11-kit's client library, which knows one server in a process. It can be killed, with what serves the open
/// connection.
/// </summary>
public sealed partial class RemoteToken : IDisposable
{
    private const int Sigkill = 9;

    private readonly SoftHsm _hsm;
    private readonly string _folder;
    private readonly string? _client;
    private Process? _server;
    private Pkcs11Module? _module;
    private Token? _token;

    public RemoteToken(SoftHsm hsm)
    {
        _hsm = hsm;
        _folder = Directory.CreateDirectory(Path.Combine(hsm.Folder, "remote")).FullName;
        _client = Vendor.FindLibrary("p11-kit-client.so");
        if (!IsThere)
        {
            return;
        }

        var tokens = Directory.CreateDirectory(Path.Combine(_folder, "tokens")).FullName;
        File.WriteAllText(
            Configuration, $"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n");
        string[] pins = ["--pin", SoftHsm.Pin, "--so-pin", SoftHsm.SecurityOfficerPin];
        Vendor.Run("softhsm2-util", Environment, ["--init-token", "--free", "--label", "Remote", .. pins]);
        Assert.Equal(0, setenv("P11_KIT_SERVER_ADDRESS", $"unix:path={Socket}", 1));
        Start();
    }

    private bool IsThere => _client is not null && Vendor.HasCommand("p11-kit") && Vendor.HasCommand("setsid");

    private string Configuration => Path.Combine(_folder, "softhsm2.conf");

    private string Socket => Path.Combine(_folder, "socket");

    private KeyValuePair<string, string>[] Environment => [new("SOFTHSM2_CONF", Configuration)];

    /// <summary>Logged in. Where p11-kit is not installed the test is skipped, and says so.</summary>
    public Token Token
    {
        get
        {
            Assert.SkipUnless(IsThere, "p11-kit is not here: apt-get install p11-kit p11-kit-modules");
            if (_token is null)
            {
                _module = Pkcs11Module.Load(_client!);
                _token = _module.OpenToken(TokenSelector.Parse("label:Remote"));
                _token.Login(PinSource.FromBytes(Encoding.UTF8.GetBytes(SoftHsm.Pin)), _hsm.NewRefusedPins());
            }

            return _token;
        }
    }

    /// <summary>Returns when it listens.</summary>
    public void Start()
    {
        File.Delete(Socket);
        var start = new ProcessStartInfo(
            "setsid",
            ["p11-kit", "server", "-f", "-n", $"unix:path={Socket}", "--provider", SoftHsm.Library, "pkcs11:"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["SOFTHSM2_CONF"] = Configuration;
        _server = Process.Start(start)!;
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Socket), TimeSpan.FromSeconds(30)));
    }

    /// <summary>The listening server and what serves its open connections: they are one process group.</summary>
    public void Kill()
    {
        Assert.Equal(0, kill(-_server!.Id, Sigkill));
        _server.WaitForExit();
        _server.Dispose();
        _server = null;
    }

    public void Dispose()
    {
        _token?.Dispose();
        _module?.Dispose();
        if (_server is not null)
        {
            Kill();
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
