using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Tests.Fakes;

/// <summary>A token that misbehaves on demand. Its keys are real P-256 keys, its signatures good ones.</summary>
internal sealed partial class FakeSlot : IDisposable
{
    public const string Pin = "123456";

    private static int s_numbers;

    private readonly List<FakeKey> _keys = [];
    private readonly ConcurrentQueue<byte> _signed = new();
    private int _loginCalls;
    private int _signCalls;
    private int _findCalls;
    private int _openCalls;
    private int _contextLogins;

    public FakeSlot()
    {
        Id = (uint)Interlocked.Increment(ref s_numbers);
        Label = $"Fake {Id}";
        FakeLibrary.Add(this);
    }

    public uint Id { get; }

    public string Label { get; }

    public string Serial => $"F{Id}";

    public TokenFlags Flags { get; set; }
        = TokenFlags.TokenInitialized | TokenFlags.LoginRequired | TokenFlags.UserPinInitialized;

    public bool IsLoggedIn { get; set; }

    /// <summary>Sessions at most; 0 for no limit.</summary>
    public int MaxSessions { get; set; }

    /// <summary>Added to object handles: raising it makes those found before invalid, as a reset does.</summary>
    public uint HandleBase { get; set; }

    /// <summary>A file that gets a line per C_Login, for counting over processes.</summary>
    public string? LoginLog { get; set; }

    /// <summary>The process ends inside C_Login, as by a kill.</summary>
    public bool DieInLogin { get; set; }

    /// <summary>Return values for the next calls; CKR_OK once a queue is empty.</summary>
    public ConcurrentQueue<CKR> NextOpen { get; } = new();

    public ConcurrentQueue<CKR> NextLogin { get; } = new();

    public ConcurrentQueue<CKR> NextSignInit { get; } = new();

    public ConcurrentQueue<CKR> NextSign { get; } = new();

    /// <summary>What C_OpenSession returns for as long as it is set, as when the device is gone.</summary>
    public CKR? Gone { get; set; }

    /// <summary>It is gone until the library is initialised anew.</summary>
    public bool ComesBackByInitialise { get; set; }

    /// <summary>Signatures are of another hash than asked for, as from sessions that were mixed up.</summary>
    public bool SignsWrongly { get; set; }

    /// <summary>Lengths of the next signatures, which are cut to them; the right one once it is empty.</summary>
    public ConcurrentQueue<int> NextLengths { get; } = new();

    /// <summary>Keys ask for the PIN between C_SignInit and C_Sign (CKA_ALWAYS_AUTHENTICATE).</summary>
    public bool AsksEachTime { get; set; }

    /// <summary>C_Login calls of a key that asks each time.</summary>
    public int ContextLogins => _contextLogins;

    public ConcurrentDictionary<uint, FakeSession> Sessions { get; } = new();

    /// <summary>When set, C_Sign tells that it was entered and waits.</summary>
    public SemaphoreSlim? Entered { get; set; }

    public SemaphoreSlim? Hold { get; set; }

    /// <summary>First bytes of what C_Sign was given, in order.</summary>
    public int[] Signed => [.. _signed.Select(first => (int)first)];

    public int LoginCalls => _loginCalls;

    public int SignCalls => _signCalls;

    public int FindCalls => _findCalls;

    public int OpenCalls => _openCalls;

    public IReadOnlyList<FakeKey> Keys => _keys;

    public static CKR Next(ConcurrentQueue<CKR> script) => script.TryDequeue(out var next) ? next : CKR.CKR_OK;

    public KeyReference AddKey(string name, ECDsa? key = null)
    {
        key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = Encoding.UTF8.GetBytes(name);
        _keys.Add(new FakeKey(id, name, key));
        return new KeyReference(id, name, key.ExportSubjectPublicKeyInfo());
    }

    public Token Open(Pkcs11Module module, RefusedPins refused, VendorProfile? profile = null)
    {
        var token = module.OpenToken(TokenSelector.Parse("serial:" + Serial), profile);
        token.Login(PinSource.FromBytes("123456"u8), refused);
        return token;
    }

    public CKR LogIn(ReadOnlySpan<byte> pin)
    {
        Interlocked.Increment(ref _loginCalls);
        if (LoginLog is not null)
        {
            File.AppendAllText(LoginLog, "C_Login\n");
        }

        if (DieInLogin)
        {
            Environment.Exit(99);
        }

        if (Next(NextLogin) is var scripted && scripted != CKR.CKR_OK)
        {
            return scripted;
        }

        if (IsLoggedIn)
        {
            return CKR.CKR_USER_ALREADY_LOGGED_IN;
        }

        IsLoggedIn = pin.SequenceEqual(Encoding.UTF8.GetBytes(Pin));
        return IsLoggedIn ? CKR.CKR_OK : CKR.CKR_PIN_INCORRECT;
    }

    public CKR LogInForOne(FakeSession session, ReadOnlySpan<byte> pin)
    {
        Interlocked.Increment(ref _contextLogins);
        if (Next(NextLogin) is var scripted && scripted != CKR.CKR_OK)
        {
            return scripted;
        }

        session.MaySignOne = pin.SequenceEqual(Encoding.UTF8.GetBytes(Pin));
        return session.MaySignOne ? CKR.CKR_OK : CKR.CKR_PIN_INCORRECT;
    }

    public void NoteSigned(byte first) => _signed.Enqueue(first);

    public void CountSign() => Interlocked.Increment(ref _signCalls);

    public void CountFind() => Interlocked.Increment(ref _findCalls);

    public void CountOpen() => Interlocked.Increment(ref _openCalls);

    public void WasInitialised()
    {
        if (ComesBackByInitialise)
        {
            Reset();
            Gone = null;
        }
    }

    /// <summary>All sessions die and the login with them, as when a daemon restarts.</summary>
    public void Reset()
    {
        Sessions.Clear();
        EndObjects();
        IsLoggedIn = false;
        HandleBase += 1000;
    }

    public void Dispose() => FakeLibrary.Remove(this);
}
