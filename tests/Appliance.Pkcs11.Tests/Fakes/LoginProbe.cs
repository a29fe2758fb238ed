using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Appliance.Pkcs11.Tests.Fakes;

/// <summary>
/// This program started as a process of its own that logs in once and ends: what a service does that is restarted over
/// and over with a wrong PIN.
/// </summary>
internal static class LoginProbe
{
    private const string Switch = "APPLIANCE_TESTS_LOGIN_PROBE";

    /// <summary>Starts a process; its exit code is the <see cref="TokenLoginFailure"/> plus 100, or 0.</summary>
    public static Process Start(string folder, string pin, bool dieInLogin = false)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Appliance.Pkcs11.Tests.dll");
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, ["exec", program]) { UseShellExecute = false };
        start.Environment[Switch] = $"{folder}|{pin}|{dieInLogin}";
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void RunWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Switch) is { } asked)
        {
            var parts = asked.Split('|');
            Environment.Exit(LogIn(parts[0], parts[1], bool.Parse(parts[2])));
        }
    }

    private static int LogIn(string folder, string pin, bool dieInLogin)
    {
        using var slot = new FakeSlot { LoginLog = Path.Combine(folder, "logins"), DieInLogin = dieInLogin };
        using var module = FakeLibrary.Load();
        using var token = module.OpenToken(TokenSelector.Parse("serial:" + slot.Serial));
        var refused = new RefusedPins(Path.Combine(folder, "refused.json"), TimeProvider.System);
        try
        {
            token.Login(PinSource.FromBytes(Encoding.UTF8.GetBytes(pin)), refused);
            return 0;
        }
        catch (TokenLoginException e)
        {
            return 100 + (int)e.Failure;
        }
    }
}
