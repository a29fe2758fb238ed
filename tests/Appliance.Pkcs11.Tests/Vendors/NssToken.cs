using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>
/// NSS softokn with a database of its own. The library takes the database's folder at C_Initialize, so there is one in
/// a process.
/// </summary>
public sealed class NssToken : IDisposable
{
    private const string Pin = "nss-24680135";

    private readonly SoftHsm _hsm;
    private readonly Pkcs11Module? _module;
    private readonly Token? _token;

    public NssToken(SoftHsm hsm)
    {
        _hsm = hsm;
        Library = Vendor.FindLibrary("libsoftokn3.so");
        if (Library is null || !Vendor.HasCommand("certutil"))
        {
            return;
        }

        var folder = Directory.CreateDirectory(Path.Combine(hsm.Folder, "nss")).FullName;
        var pinFile = Path.Combine(folder, "pin");
        File.WriteAllText(pinFile, Pin);
        Vendor.Run("certutil", [], "-N", "-d", $"sql:{folder}", "-f", pinFile);
        Parameters = $"configdir='sql:{folder}' certPrefix='' keyPrefix='' secmod='' flags=";
        _module = Pkcs11Module.Load(Library, Parameters);
        _token = _module.OpenToken(TokenSelector.Parse("label:NSS Certificate DB"));
        _token.Login(PinSource.FromBytes(System.Text.Encoding.UTF8.GetBytes(Pin)), _hsm.NewRefusedPins());
    }

    public string? Library { get; }

    public string Parameters { get; } = "";

    /// <summary>Logged in. Where NSS is not installed the test is skipped, and says so.</summary>
    public Token Token
    {
        get
        {
            Assert.SkipWhen(_token is null, "NSS softokn is not here: apt-get install libnss3 libnss3-tools");
            return _token!;
        }
    }

    public void Dispose()
    {
        _token?.Dispose();
        _module?.Dispose();
    }
}
