using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Policy;
using Appliance.Pkcs11.Tests.Sessions;
using Appliance.Pkcs11.Tests.Tokens;
using Appliance.Tests.Shared.Misbehaving;

namespace Appliance.Pkcs11.Tests.Policy;

/// <summary>
/// Every row of the table, through a real module that answers as the row says: what is asserted are the calls that the
/// module saw next, not the row.
/// </summary>
public sealed class PolicyRowTests : IClassFixture<PolicyScene>, IDisposable
{
    private const string FindObjects = "C_FindObjectsInit C_FindObjects C_FindObjects C_FindObjectsFinal";

    private const string Find = FindObjects + " C_GetAttributeValue C_GetAttributeValue";

    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
    private static readonly byte[] s_hash = SHA256.HashData("policy"u8);

    private readonly PolicyScene _scene;
    private readonly List<IDisposable> _open = [];

    public PolicyRowTests(PolicyScene scene) => _scene = scene;

    public void Dispose()
    {
        _scene.Misbehaving.Rules();
        _open.Reverse();
        _open.ForEach(open => open.Dispose());
    }

    public static TheoryData<string, string, string> RowsOf(string phases)
        => new(PolicyTable.Rows
            .Where(row => phases.Split(' ').Contains(row.Phase.ToString(), StringComparer.Ordinal))
            .Select(row => (row.Profile ?? "default", row.Phase.ToString(), row.ReturnValue.ToString())));

    [Theory]
    [MemberData(nameof(RowsOf), "FindObjects SignInit Sign")]
    public async Task Using_a_key(string profile, string phase, string returnValue)
    {
        var row = new Case(profile, phase, returnValue);
        var group = Group(row.Profile);
        await SignAsync(group, _scene.First, SignOutcome.Signed);

        // To find a key means one that was not found before.
        var key = row.Phase == SignPhase.FindObjects ? _scene.Second : _scene.First;
        var function = row.Phase == SignPhase.FindObjects ? "C_FindObjectsInit" : $"C_{phase}";
        string[] rules = [$"{function} {returnValue} count 1"];
        if (row.Recovery == SignRecovery.Reinitialize)
        {
            rules = [.. rules, $"C_OpenSession {returnValue}"];
        }

        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules(rules);
        var job = await SignAsync(group, key, outcome: null);
        var failed = Failed(from, function);
        var find = row.Phase == SignPhase.FindObjects ? Find + " " : "";
        switch (row.Recovery)
        {
            case SignRecovery.Fail:
                Assert.Equal(SignOutcome.Failed, job.Outcome);
                AssertNext(failed, "");
                await AssertNextJobAsync(group, key, failed, "C_SignInit= C_Sign=");
                break;
            case SignRecovery.KeyUnusable:
                Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
                AssertNext(failed, "");
                await AssertNextJobAsync(group, key, failed, Find + " C_SignInit= C_Sign=");
                break;
            case SignRecovery.FindKey:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(failed, Find + " C_SignInit= C_Sign=");
                break;
            case SignRecovery.LogIn:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(failed, $"C_GetSessionInfo! {find}C_SignInit= C_Sign=");
                break;
            case SignRecovery.ReplaceSession or SignRecovery.EvictKeys or SignRecovery.SuspectSlot:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(
                    failed, $"C_CloseSession= C_OpenSession! C_GetSessionInfo! {find}C_SignInit! C_Sign!");
                Assert.Equal(SlotState.Ready, group.Slots[0].State);
                break;
            default:
                Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
                AssertNext(failed, "C_CloseSession=");
                await AssertComesBackAsync(group, failed, row.Recovery == SignRecovery.Reinitialize);
                break;
        }
    }

    [Theory]
    [MemberData(nameof(RowsOf), "Unwrap")]
    public async Task Unwrapping_a_key(string profile, string phase, string returnValue)
    {
        var row = new Case(profile, phase, returnValue);
        var group = Group(row.Profile);
        var key = _scene.Wrapped[1];
        await SignAsync(group, _scene.Wrapped[0], SignOutcome.Signed);
        string[] rules = [$"C_UnwrapKey {returnValue} count 1"];
        if (row.Recovery == SignRecovery.Reinitialize)
        {
            rules = [.. rules, $"C_OpenSession {returnValue}"];
        }

        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules(rules);
        var job = await SignAsync(group, key, outcome: null);

        // What follows are the calls of the thread that owns the keys, but for closing what it has left behind.
        var failed = Failed(from, "C_UnwrapKey");
        switch (row.Recovery)
        {
            case SignRecovery.KeyUnusable:
                Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
                Assert.DoesNotContain(
                    _scene.Misbehaving.Log.Since(failed.Number),
                    call => call.Function is "C_OpenSession" or "C_CloseSession" or "C_Sign");
                await SignAsync(group, key, SignOutcome.Signed);
                break;
            case SignRecovery.FindKey:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(failed, $"C_GetSessionInfo= {FindObjects} C_UnwrapKey=");
                break;
            case SignRecovery.LogIn:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(failed, "C_GetSessionInfo! C_UnwrapKey=");
                break;
            case SignRecovery.EvictKeys:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(failed, "C_DestroyObject= C_UnwrapKey=");
                break;
            case SignRecovery.ReplaceSession:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(
                    failed, $"C_OpenSession! C_GetSessionInfo! {FindObjects} C_UnwrapKey!", without: "C_CloseSession");
                break;
            case SignRecovery.SuspectSlot:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                AssertNext(failed, "C_UnwrapKey=");
                Assert.Contains(
                    _scene.Misbehaving.Log.Since(failed.Number),
                    call => call.Function == "C_CloseSession" && call.Thread != failed.Thread);
                break;
            default:
                Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
                await AssertComesBackAsync(group, failed, row.Recovery == SignRecovery.Reinitialize);
                await SignAsync(group, key, SignOutcome.Signed);
                break;
        }
    }

    [Theory]
    [MemberData(nameof(RowsOf), "OpenSession")]
    public async Task Opening_a_session(string profile, string phase, string returnValue)
    {
        var row = new Case(profile, phase, returnValue);
        var token = Token(row.Profile);
        var from = _scene.Misbehaving.Log.Next;
        if (row.Recovery == SignRecovery.LowerCap)
        {
            _scene.Misbehaving.Rules($"C_OpenSession {returnValue} after 2");
            var capped = Group(token, sessions: 4);
            await _scene.Misbehaving.Log.UntilAsync(
                from, calls => calls.Any(call => call.Line > 0), TestContext.Current.CancellationToken);
            Assert.True(SpinWait.SpinUntil(() => capped.Slots[0].SessionLimit == 2, Jobs.Patience));
            _scene.Misbehaving.Rules();
            var since = _scene.Misbehaving.Log.Next;
            for (var i = 0; i < 8; i++)
            {
                await SignAsync(capped, _scene.First, SignOutcome.Signed);
            }

            Assert.DoesNotContain(_scene.Misbehaving.Log.Since(since), call => call.Function == "C_OpenSession");
            return;
        }

        var count = row.Recovery == SignRecovery.Reinitialize ? "" : " count 1";
        _scene.Misbehaving.Rules($"C_OpenSession {returnValue}{count}");
        var group = Group(token);
        if (row.Recovery == SignRecovery.PaceOpens)
        {
            var calls = await _scene.Misbehaving.Log.UntilAsync(
                from,
                seen => seen.Exists(call => call.Function == "C_GetSessionInfo"),
                TestContext.Current.CancellationToken);
            var opens = calls.Where(call => call.Function == "C_OpenSession").ToList();
            Assert.Equal([(uint)row.ReturnValue, 0u], opens.Select(call => call.ReturnValue));
            Assert.InRange(opens[1].At - opens[0].At, TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(30));
            await SignAsync(group, _scene.First, SignOutcome.Signed);
            return;
        }

        await _scene.Misbehaving.Log.UntilAsync(
            from, calls => calls.Any(call => call.Line > 0), TestContext.Current.CancellationToken);
        await AssertComesBackAsync(
            group, Failed(from, "C_OpenSession"), row.Recovery == SignRecovery.Reinitialize);
    }

    [Theory]
    [MemberData(nameof(RowsOf), "Login")]
    public async Task Logging_in(string profile, string phase, string returnValue)
    {
        var row = new Case(profile, phase, returnValue);
        var group = Group(row.Profile);
        await SignAsync(group, _scene.First, SignOutcome.Signed);
        var from = _scene.Misbehaving.Log.Next;
        var late = row.Recovery == SignRecovery.Proceed ? " late" : "";
        string[] rules = ["C_SignInit logout count 1", $"C_Login {returnValue}{late} count 1"];
        if (row.Recovery == SignRecovery.Reinitialize)
        {
            rules = [.. rules, $"C_OpenSession {returnValue}"];
        }

        _scene.Misbehaving.Rules(rules);
        var job = await SignAsync(group, _scene.First, outcome: null);
        var failed = Failed(from, "C_Login");
        switch (row.Recovery)
        {
            case SignRecovery.Proceed:
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                Assert.Single(_scene.Misbehaving.Log.Since(from), call => call.Function == "C_Login");
                break;
            case SignRecovery.DisableSlot:
                Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);

                // The keeper tries the slot again and again, and the PIN never.
                var calls = await _scene.Misbehaving.Log.UntilAsync(
                    from,
                    seen => seen.Count(call => call.Function == "C_OpenSession" && call.Thread != failed.Thread) >= 3,
                    TestContext.Current.CancellationToken);
                Assert.Single(calls, call => call.Function == "C_Login");
                Assert.DoesNotContain(calls, call => call.Function == "C_Sign");
                break;
            default:
                Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
                await AssertComesBackAsync(group, failed, row.Recovery == SignRecovery.Reinitialize);
                Assert.InRange(
                    _scene.Misbehaving.Log.Since(failed.Number + 1).Count(call => call.Function == "C_Login"), 1, 2);
                break;
        }
    }

    [Theory]
    [MemberData(nameof(RowsOf), "Initialize")]
    public async Task Initialising_the_module(string profile, string phase, string returnValue)
    {
        var row = new Case(profile, phase, returnValue);
        var group = Group(row.Profile);
        await SignAsync(group, _scene.First, SignOutcome.Signed);
        var from = _scene.Misbehaving.Log.Next;
        var late = row.Recovery == SignRecovery.Proceed ? " late" : "";
        _scene.Misbehaving.Rules(
            "C_Sign CKR_CRYPTOKI_NOT_INITIALIZED count 1",
            "C_OpenSession CKR_CRYPTOKI_NOT_INITIALIZED",
            $"C_Initialize {returnValue}{late} count 1");
        await SignAsync(group, _scene.First, SignOutcome.TokenUnavailable);
        await UntilInitialisedAsync(from);
        var calls = await _scene.Misbehaving.Log.UntilAsync(
            from,
            seen => seen.Exists(call => call is { Function: "C_Sign", IsInside: false, ReturnValue: 0 }),
            TestContext.Current.CancellationToken);
        var initialised = calls.Where(call => call.Function is "C_Finalize" or "C_Initialize")
            .Select(call => call.Function == "C_Finalize" ? 'F' : call.ReturnValue == 0 ? 'I' : 'i');

        // A refusal leaves the library without its state, so the next try begins it anew.
        Assert.StartsWith(
            row.Recovery == SignRecovery.Proceed ? "Fi" : "FiFI", string.Concat(initialised), StringComparison.Ordinal);
        Jobs.AwaitState(group, 0, SlotState.Ready);
        await SignAsync(group, _scene.First, SignOutcome.Signed);
    }

    [Fact]
    public async Task What_C_GetSessionInfo_does_not_tell_is_a_login_that_was_lost()
    {
        Assert.DoesNotContain(PolicyTable.Rows, row => row.Phase == SignPhase.GetSessionInfo);
        var group = Group(VendorProfile.Default);
        await SignAsync(group, _scene.First, SignOutcome.Signed);
        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules(
            "C_SignInit CKR_USER_NOT_LOGGED_IN count 1", "C_GetSessionInfo CKR_DEVICE_ERROR count 2");
        await SignAsync(group, _scene.First, SignOutcome.Signed);

        // A new keeper, which finds that the application is still logged in: no C_Login.
        var calls = _scene.Misbehaving.Log.Since(from).Select(call => call.Function).ToList();
        Assert.Contains(calls, call => call == "C_OpenSession");
        Assert.DoesNotContain(calls, call => call == "C_Login");
        Assert.Equal("C_SignInit C_Sign", string.Join(' ', calls.TakeLast(2)));
    }

    [Fact]
    public async Task A_value_of_the_vendors_own_speaks_of_the_device()
    {
        var group = Group(VendorProfile.Default);
        await SignAsync(group, _scene.First, SignOutcome.Signed);
        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules("C_Sign 0x80000117 count 1");
        await SignAsync(group, _scene.First, SignOutcome.Signed);
        AssertNext(
            Failed(from, "C_Sign"), "C_CloseSession= C_OpenSession! C_GetSessionInfo! C_SignInit! C_Sign!");
    }

    [Theory]
    [InlineData("CKR_SESSION_HANDLE_INVALID", 9)]
    [InlineData("CKR_DEVICE_ERROR", 3)]
    [InlineData("CKR_USER_NOT_LOGGED_IN", 9)]
    public async Task What_repeats_quarantines_the_slot_and_a_probe_brings_it_back(string returnValue, int calls)
    {
        var group = Group(VendorProfile.Default);
        await SignAsync(group, _scene.First, SignOutcome.Signed);
        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules($"C_Sign {returnValue} count {calls}");
        while (_scene.Misbehaving.Log.Since(from).Count(call => call.Line > 0) < calls)
        {
            await SignAsync(group, _scene.First, outcome: null);
        }

        await AssertComesBackAsync(group, Failed(from, "C_Sign"), reinitialised: null);
    }

    private SlotGroup Group(VendorProfile profile) => Group(Token(profile));

    private SlotGroup Group(Token token, int sessions = 1)
    {
        var group = new SlotGroup(
            [token],
            new SlotGroupOptions
            {
                Sessions = sessions,
                VerifyOneIn = 1,
                WrappedOwners = 1,
                ProbeInterval = TimeSpan.FromMilliseconds(20),
                MostProbeInterval = TimeSpan.FromMilliseconds(100),
            });
        _open.Add(group);
        return group;
    }

    private Token Token(VendorProfile profile)
    {
        var token = _scene.Open(profile);
        _open.Add(token);
        return token;
    }

    private static async Task<SignJob> SignAsync(SlotGroup group, KeyReference key, SignOutcome? outcome)
    {
        var job = Jobs.New(key, s_scheme, s_hash);
        await Jobs.TryAsync(group, job);
        Assert.Equal(outcome ?? job.Outcome, job.Outcome);
        if (job.Outcome == SignOutcome.Signed)
        {
            Assert.True(Verification.IsGood(key, s_scheme, s_hash, job.Signatures[0]!));
        }

        return job;
    }

    /// <summary>The call that a rule answered.</summary>
    private SeenCall Failed(long from, string function)
        => _scene.Misbehaving.Log.Since(from).First(call => call.Function == function && call.Line > 0);

    /// <summary>
    /// The calls of the same thread behind it, all of them. = behind a name: on the same session; !: on another one.
    /// </summary>
    private void AssertNext(SeenCall failed, string expected, string without = "")
    {
        var calls = _scene.Misbehaving.Log.Since(failed.Number + 1)
            .Where(call => call.Thread == failed.Thread && call.Function != without)
            .ToList();
        var words = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            string.Join(' ', words.Select(word => word.TrimEnd('=', '!'))),
            string.Join(' ', calls.Select(call => call.Function)));
        for (var i = 0; i < words.Length; i++)
        {
            Assert.True(
                words[i][^1] switch
                {
                    '=' => calls[i].Session == failed.Session,
                    '!' => calls[i].Session != failed.Session,
                    _ => true,
                },
                $"{failed}, then {string.Join(", ", calls)}");
        }
    }

    private async Task AssertNextJobAsync(SlotGroup group, KeyReference key, SeenCall failed, string expected)
    {
        await SignAsync(group, key, SignOutcome.Signed);
        AssertNext(failed, expected);
    }

    /// <summary>
    /// The slot is tried by a signature of its keeper's, on another thread and another session, after the module was
    /// initialised anew or not, and signs again.
    /// </summary>
    private async Task AssertComesBackAsync(SlotGroup group, SeenCall failed, bool? reinitialised)
    {
        if (reinitialised == true)
        {
            await UntilInitialisedAsync(failed.Number);
        }

        var calls = await _scene.Misbehaving.Log.UntilAsync(
            failed.Number,
            seen => seen.Exists(call => call is { Function: "C_Sign", IsInside: false, ReturnValue: 0 }
                && call.Thread != failed.Thread),
            TestContext.Current.CancellationToken);
        var behind = calls.Where(call => call.Thread != failed.Thread).Select(call => call.Function).ToList();
        Assert.Equal(reinitialised ?? behind.Contains("C_Finalize"), behind.Contains("C_Finalize"));
        var opened = behind.LastIndexOf("C_OpenSession");
        Assert.True(opened > behind.LastIndexOf("C_Initialize"), string.Join(' ', behind));
        Assert.True(behind.IndexOf("C_Sign", opened) > opened, string.Join(' ', behind));
        Jobs.AwaitState(group, 0, SlotState.Ready);
        await SignAsync(group, _scene.First, SignOutcome.Signed);
    }

    /// <summary>The keeper has initialised the module anew, or tried to; from then on the rules are off.</summary>
    private async Task UntilInitialisedAsync(long from)
    {
        var calls = await _scene.Misbehaving.Log.UntilAsync(
            from,
            seen => seen.Exists(call => call is { Function: "C_Initialize", IsInside: false }),
            TestContext.Current.CancellationToken);
        _scene.Misbehaving.Rules();
        var functions = calls.Select(call => call.Function).ToList();
        Assert.Equal(functions.IndexOf("C_Finalize") + 1, functions.IndexOf("C_Initialize"));
    }

    /// <summary>A row as its key, for readable names of tests.</summary>
    private sealed record Case
    {
        public Case(string profile, string phase, string returnValue)
        {
            Profile = VendorProfile.Find(profile)!;
            Phase = Enum.Parse<SignPhase>(phase);
            ReturnValue = Enum.Parse<CKR>(returnValue);
            Recovery = PolicyTable.Rows.Single(row => (row.Profile ?? "default") == profile
                && row.Phase == Phase && row.ReturnValue == ReturnValue).Recovery;
        }

        public VendorProfile Profile { get; }

        public SignPhase Phase { get; }

        public CKR ReturnValue { get; }

        public SignRecovery Recovery { get; }
    }
}
