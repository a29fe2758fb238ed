using System.Text;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>
/// opencryptoki's token in software, where an operator has its daemon running and a token "appliance-test" made: both
/// are the machine's, and nothing that a test should make.
/// </summary>
public sealed class OpenCryptokiToken : IDisposable
{
    private const string Label = "appliance-test";
    private const string Pin = "123456";
    private const string Help =
        "opencryptoki is not here: apt-get install opencryptoki; pkcsslotd; printf 'appliance-test\\n' "
        + "| pkcsconf -I -c 3 -S 87654321; pkcsconf -P -c 3 -S 87654321 -n 76543210; pkcsconf -u -c 3 -S 76543210 "
        + "-n 12345; "
        + "pkcsconf -p -c 3 -U 12345 -n 123456";

    private readonly Pkcs11Module? _module;
    private readonly Token? _token;

    public OpenCryptokiToken(SoftHsm hsm)
    {
        if (Vendor.FindLibrary("PKCS11_API.so") is not { } library)
        {
            return;
        }

        try
        {
            _module = Pkcs11Module.Load(library);
            _token = _module.OpenToken(TokenSelector.Parse("label:" + Label));
            _token.Login(PinSource.FromBytes(Encoding.UTF8.GetBytes(Pin)), hsm.NewRefusedPins());
        }
        catch (Exception error) when (error is Pkcs11Exception or TokenNotFoundException)
        {
            // No daemon, or no such token: the tests say so.
            _token?.Dispose();
            _token = null;
        }
    }

    /// <summary>Logged in; else the test is skipped and says what is missing.</summary>
    public Token Token
    {
        get
        {
            Assert.SkipWhen(_token is null, Help);
            return _token!;
        }
    }

    public void Dispose()
    {
        _token?.Dispose();
        _module?.Dispose();
    }
}
