using System.Globalization;
using System.Text;
using Appliance.Pkcs11.Hosting;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>SoftHSM2 of the test run in a child process of the test's own, and what it says in the log.</summary>
internal sealed class HostedHsm : IDisposable
{
    private readonly List<Token> _tokens = [];
    private readonly SoftHsm _hsm;

    public HostedHsm(SoftHsm hsm, Func<ModuleHostOptions, ModuleHostOptions>? change = null, string? library = null)
    {
        _hsm = hsm;
        var options = Options(hsm);
        Module = Pkcs11Module.Host(library ?? SoftHsm.Library, change?.Invoke(options) ?? options, logger: Log);
    }

    public Pkcs11Module Module { get; }

    public TestLog Log { get; } = new();

    /// <summary>The process that serves now; waits for one.</summary>
    public int Process
    {
        get
        {
            Eventually.True(() => Host.Child is not null, "a process serves");
            return Host.Child!.Process;
        }
    }

    public ModuleHost Host => ((RemoteCryptoki)(_tokens.Count > 0 ? _tokens[0] : Open("Spare")).Api).Host;

    public static ModuleHostOptions Options(SoftHsm hsm) => new()
    {
        Command = [Path.Combine(AppContext.BaseDirectory, "Appliance.Pkcs11.TestService")],
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SOFTHSM2_CONF"] = hsm.Configuration,
        },
        RestartDelay = TimeSpan.FromMilliseconds(20),
    };

    public Token Open(string label)
    {
        var token = Module.OpenToken(TokenSelector.Parse("label:" + label));
        _tokens.Add(token);
        return token;
    }

    /// <summary>
    /// A login of SoftHSM2 writes the token's file, which another process may be reading just then: it answers
    /// CKR_GENERAL_ERROR, and the next login is good.
    /// </summary>
    public Token OpenLoggedIn(string label)
    {
        var token = Open(label);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                token.Login(PinSource.FromBytes(Encoding.UTF8.GetBytes(SoftHsm.Pin)), _hsm.NewRefusedPins());
                return token;
            }
            catch (TokenLoginException e) when (e.Failure == TokenLoginFailure.TokenError && attempt < 5)
            {
                // Again.
            }
        }
    }

    public void Signal(string signal)
        => _hsm.Run("kill", "-" + signal, Process.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        _tokens.ForEach(token => token.Dispose());
        Module.Dispose();
    }
}
