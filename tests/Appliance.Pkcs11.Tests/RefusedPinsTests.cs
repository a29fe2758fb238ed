using System.Diagnostics;
using System.Text;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Tests.Fakes;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests;

public sealed class RefusedPinsTests : IDisposable
{
    private const string Wrong = "999999";

    private readonly SoftHsm _hsm;
    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-pins-").FullName;
    private readonly Pkcs11Module _module = FakeLibrary.Load();

    public RefusedPinsTests(SoftHsm hsm) => _hsm = hsm;

    public void Dispose()
    {
        _module.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Twenty_restarts_with_a_wrong_pin_are_one_attempt_at_the_token()
    {
        var codes = new List<int>();
        for (var round = 0; round < 5; round++)
        {
            // Four at a time, since a supervisor may start several.
            var processes = Enumerable.Range(0, 4).Select(_ => LoginProbe.Start(_folder, Wrong)).ToList();
            foreach (var process in processes)
            {
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                codes.Add(process.ExitCode);
                process.Dispose();
            }
        }

        Assert.Equal(20, codes.Count);
        Assert.Single(codes, 100 + (int)TokenLoginFailure.PinRefused);
        Assert.Equal(19, codes.Count(code => code == 100 + (int)TokenLoginFailure.PinRefusedBefore));
        Assert.Single(await File.ReadAllLinesAsync(LoginLog, TestContext.Current.CancellationToken));

        // The right PIN is another one, so it is tried, and clears the memory.
        Assert.Equal(0, await RunProbe(FakeSlot.Pin, dieInLogin: false));
        Assert.Equal(2, (await File.ReadAllLinesAsync(LoginLog, TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_process_that_dies_inside_the_login_is_repeated_once_and_no_more()
    {
        Assert.Equal(99, await RunProbe(FakeSlot.Pin, dieInLogin: true));
        Assert.Equal(99, await RunProbe(FakeSlot.Pin, dieInLogin: true));
        Assert.Equal(100 + (int)TokenLoginFailure.UnfinishedAttempts, await RunProbe(FakeSlot.Pin, dieInLogin: true));
        Assert.Equal(100 + (int)TokenLoginFailure.UnfinishedAttempts, await RunProbe(FakeSlot.Pin, dieInLogin: false));
        Assert.Equal(2, (await File.ReadAllLinesAsync(LoginLog, TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public void A_pin_refused_on_one_node_is_not_tried_by_another()
    {
        using var slot = new FakeSlot();
        RefusedPin? store = null;
        RefusedPins Node(string name) => new(
            Path.Combine(_folder, name), TimeProvider.System, _ => store, (_, refused) => store = refused);

        Assert.Equal(TokenLoginFailure.PinRefused, TryLogin(slot, Wrong, Node("a")));
        Assert.NotNull(store);
        Assert.Equal(slot.Serial, store.TokenSerial);
        Assert.Equal(TokenLoginFailure.PinRefusedBefore, TryLogin(slot, Wrong, Node("b")));
        Assert.Equal(1, slot.LoginCalls);

        Assert.Null(TryLogin(slot, FakeSlot.Pin, Node("b")));
        Assert.Null(store);
    }

    [Fact]
    public void Several_wrong_pins_are_all_remembered()
    {
        using var slot = new FakeSlot();
        foreach (var pin in new[] { "111111", "222222", "111111", "222222" })
        {
            TryLogin(slot, pin, Memory());
        }

        Assert.Equal(2, slot.LoginCalls);
    }

    [Fact]
    public void Force_and_forgetting_are_an_operators_two_ways_to_try_again()
    {
        using var slot = new FakeSlot();
        Assert.Equal(TokenLoginFailure.PinRefused, TryLogin(slot, Wrong, Memory()));
        Assert.Equal(TokenLoginFailure.PinRefused, TryLogin(slot, Wrong, Memory(), force: true));
        Memory().Forget(slot.Serial);
        Assert.Equal(TokenLoginFailure.PinRefused, TryLogin(slot, Wrong, Memory()));
        Assert.Equal(3, slot.LoginCalls);
    }

    [Fact]
    public void Flags_are_read_before_a_login_and_the_last_try_is_never_taken()
    {
        using var slot = new FakeSlot();
        var flags = slot.Flags;
        slot.Flags = flags | TokenFlags.UserPinCountLow | TokenFlags.UserPinFinalTry;
        Assert.Equal(TokenLoginFailure.FinalTry, TryLogin(slot, FakeSlot.Pin, Memory(), force: true));
        slot.Flags = flags | TokenFlags.UserPinLocked;
        Assert.Equal(TokenLoginFailure.Locked, TryLogin(slot, FakeSlot.Pin, Memory(), force: true));
        slot.Flags = flags & ~TokenFlags.UserPinInitialized;
        Assert.Equal(TokenLoginFailure.NotInitialized, TryLogin(slot, FakeSlot.Pin, Memory()));
        slot.Flags = flags | TokenFlags.UserPinCountLow;
        Assert.Equal(TokenLoginFailure.CountLow, TryLogin(slot, FakeSlot.Pin, Memory()));
        Assert.Equal(0, slot.LoginCalls);
        Assert.Null(TryLogin(slot, FakeSlot.Pin, Memory(), force: true));
        Assert.Equal(1, slot.LoginCalls);
    }

    [Fact]
    public void A_pin_of_a_length_the_token_does_not_take_is_not_tried()
    {
        using var slot = new FakeSlot();
        Assert.Equal(TokenLoginFailure.PinMissing, TryLogin(slot, "123", Memory()));
        Assert.Equal(0, slot.LoginCalls);
    }

    [Fact]
    public void Without_a_place_to_remember_no_pin_is_tried()
    {
        using var slot = new FakeSlot();
        var nowhere = new RefusedPins("/proc/appliance/refused.json", TimeProvider.System);
        Assert.Equal(TokenLoginFailure.CannotRemember, TryLogin(slot, FakeSlot.Pin, nowhere));
        File.WriteAllText(MemoryPath, "{ not json");
        Assert.Equal(TokenLoginFailure.CannotRemember, TryLogin(slot, FakeSlot.Pin, Memory()));
        File.WriteAllText(MemoryPath, "null");
        Assert.Equal(TokenLoginFailure.CannotRemember, TryLogin(slot, FakeSlot.Pin, Memory()));
        Assert.Equal(0, slot.LoginCalls);
    }

    [Fact]
    public void An_error_that_says_nothing_of_the_pin_is_not_held_against_it()
    {
        using var slot = new FakeSlot();
        slot.NextLogin.Enqueue(CKR.CKR_DEVICE_ERROR);
        Assert.Equal(TokenLoginFailure.TokenError, TryLogin(slot, FakeSlot.Pin, Memory()));
        Assert.Null(TryLogin(slot, FakeSlot.Pin, Memory()));
    }

    [Fact]
    public void Already_logged_in_is_success()
    {
        using var slot = new FakeSlot { IsLoggedIn = true };
        Assert.Null(TryLogin(slot, FakeSlot.Pin, Memory()));
        Assert.Equal(0, slot.LoginCalls);

        using var racing = new FakeSlot();
        racing.NextLogin.Enqueue(CKR.CKR_USER_ALREADY_LOGGED_IN);
        Assert.Null(TryLogin(racing, FakeSlot.Pin, Memory()));
    }

    [Fact]
    public void The_memory_does_not_hold_the_pin_and_is_the_owners_alone()
    {
        using var slot = new FakeSlot();
        TryLogin(slot, Wrong, Memory());
        var text = File.ReadAllText(MemoryPath);
        Assert.DoesNotContain(Wrong, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Wrong)), text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(MemoryPath));
        }
    }

    [Fact]
    public void A_real_token_counts_one_wrong_attempt_over_twenty_restarts()
    {
        for (var restart = 0; restart < 20; restart++)
        {
            using var token = _hsm.Module.OpenToken(TokenSelector.Parse("Logins"));
            var failure = TryLogin(token, Wrong, Memory(), force: false);

            // SoftHSM raises CKF_USER_PIN_COUNT_LOW with the first wrong PIN, which alone would stop the others.
            Assert.Equal(restart == 0 ? TokenLoginFailure.PinRefused : TokenLoginFailure.CountLow, failure);
        }

        using var last = _hsm.Module.OpenToken(TokenSelector.Parse("Logins"));
        Assert.Null(TryLogin(last, SoftHsm.Pin, Memory(), force: true));
        Assert.True(last.IsLoggedIn);
        Assert.False(last.ReadInfo().Flags.HasFlag(TokenFlags.UserPinCountLow));
    }

    private string MemoryPath => Path.Combine(_folder, "refused.json");

    private string LoginLog => Path.Combine(_folder, "logins");

    private RefusedPins Memory() => new(MemoryPath, TimeProvider.System);

    private async Task<int> RunProbe(string pin, bool dieInLogin)
    {
        using Process process = LoginProbe.Start(_folder, pin, dieInLogin);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    private TokenLoginFailure? TryLogin(FakeSlot slot, string pin, RefusedPins memory, bool force = false)
    {
        using var token = _module.OpenToken(TokenSelector.Parse("serial:" + slot.Serial));
        return TryLogin(token, pin, memory, force);
    }

    private static TokenLoginFailure? TryLogin(Token token, string pin, RefusedPins memory, bool force)
    {
        try
        {
            token.Login(PinSource.FromBytes(Encoding.UTF8.GetBytes(pin)), memory, force);
            return null;
        }
        catch (TokenLoginException e)
        {
            return e.Failure;
        }
    }
}
