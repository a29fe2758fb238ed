using System.Diagnostics;
using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Sessions;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Policy;

/// <summary>That the misbehaving module does what its rules say, and what the data plane makes of it.</summary>
public sealed class MisbehaviourTests : IClassFixture<PolicyScene>, IDisposable
{
    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
    private static readonly byte[] s_hash = SHA256.HashData("misbehaviour"u8);

    private readonly PolicyScene _scene;
    private readonly List<IDisposable> _open = [];

    public MisbehaviourTests(PolicyScene scene) => _scene = scene;

    public void Dispose()
    {
        _scene.Misbehaving.Rules();
        _open.Reverse();
        _open.ForEach(open => open.Dispose());
    }

    [Fact]
    public async Task Dropped_sessions_and_their_login_are_really_lost_and_made_anew()
    {
        var group = Group(sessions: 1);
        await SignAsync(group);
        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules("C_SignInit drop count 1");
        await SignAsync(group);
        var calls = _scene.Misbehaving.Log.Since(from);
        Assert.All(calls, call => Assert.Equal(0, call.Line));
        Assert.Equal(("C_SignInit", 0xB3u), (calls[0].Function, calls[0].ReturnValue));
        Assert.Single(calls, call => call is { Function: "C_Login", ReturnValue: 0 });
        Assert.Contains(calls, call => call is { Function: "C_FindObjects", ReturnValue: 0 });
    }

    [Fact]
    public async Task A_login_that_was_lost_is_made_again()
    {
        var group = Group(sessions: 1);
        await SignAsync(group);
        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules("C_SignInit logout count 1");
        await SignAsync(group);
        var calls = _scene.Misbehaving.Log.Since(from);
        Assert.NotEqual(0u, calls[0].ReturnValue);
        Assert.Single(calls, call => call is { Function: "C_Login", ReturnValue: 0 });
    }

    [Fact]
    public async Task A_signature_with_a_wrong_bit_is_never_given_out()
    {
        var group = Group(sessions: 1, verifyOneIn: 1);
        await SignAsync(group);
        _scene.Misbehaving.Rules("C_Sign flip count 1");
        var job = Jobs.New(_scene.First, s_scheme, s_hash);
        await Jobs.TryAsync(group, job);
        Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
        Assert.Equal(1, group.Slots[0].WrongSignatures);
        Jobs.AwaitState(group, 0, SlotState.Ready);
        await SignAsync(group);
    }

    [Fact]
    public async Task Another_sessions_signature_is_never_given_out()
    {
        var group = Group(sessions: 2, verifyOneIn: 1);
        await SignAsync(group, jobs: 8);
        _scene.Misbehaving.Rules("C_Sign swap every 5");
        while (group.Slots[0].WrongSignatures == 0)
        {
            var jobs = Enumerable.Range(0, 8)
                .Select(i => Jobs.New(_scene.First, s_scheme, SHA256.HashData([(byte)i])))
                .ToList();
            await Task.WhenAll(jobs.Select(job => Jobs.TryAsync(group, job)));
            Assert.All(
                jobs.Where(job => job.Outcome == SignOutcome.Signed),
                job => Assert.True(Verification.IsGood(job.Key, s_scheme, job.Hashes[0], job.Signatures[0]!)));
        }
    }

    [Fact]
    public async Task A_call_hangs_until_the_rules_change()
    {
        var group = Group(sessions: 1);
        await SignAsync(group);
        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules("C_Sign hang");
        var signing = SignAsync(group);
        await _scene.Misbehaving.Log.UntilAsync(
            from,
            calls => calls.Exists(call => call is { Function: "C_Sign", IsInside: true }),
            TestContext.Current.CancellationToken);
        Assert.False(signing.IsCompleted);
        _scene.Misbehaving.Rules();
        await signing;
    }

    [Fact]
    public async Task Capacity_is_a_number_of_calls_at_a_time_without_processor_time()
    {
        var group = Group(sessions: 8);
        await SignAsync(group, jobs: 16);
        _scene.Misbehaving.Rules("C_Sign capacity 4 5ms", "C_Sign canned");
        var start = Stopwatch.GetTimestamp();
        var from = _scene.Misbehaving.Log.Next;
        await SignAsync(group, jobs: 100, verify: false);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 120, 30_000);

        // Half of it, while it runs.
        _scene.Misbehaving.Rules("C_Sign capacity 2 5ms", "C_Sign canned");
        start = Stopwatch.GetTimestamp();
        await SignAsync(group, jobs: 100, verify: false);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 240, 30_000);
        Assert.Equal(
            200, _scene.Misbehaving.Log.Since(from).Count(call => call is { Function: "C_Sign", ReturnValue: 0 }));
    }

    [Fact]
    public async Task An_idle_session_is_dead_and_replaced()
    {
        var group = Group(sessions: 1);
        await SignAsync(group);
        var from = _scene.Misbehaving.Log.Next;
        var session = _scene.Misbehaving.Log.Since(0).FindLast(call => call.Function == "C_Sign")!.Session;
        _scene.Misbehaving.Rules($"* idle 0ms session={session}");
        await SignAsync(group);
        var calls = _scene.Misbehaving.Log.Since(from);
        Assert.Equal(0xB3u, calls[0].ReturnValue);
        Assert.NotEqual(session, calls[^1].Session);
    }

    [Fact]
    public async Task A_limit_of_sessions_is_found_out_and_kept()
    {
        var token = Open();
        _scene.Misbehaving.Rules("C_OpenSession limit 4");
        var group = Group(token, sessions: 16);
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].SessionLimit == 3, Jobs.Patience));
        await SignAsync(group, jobs: 50);
        Assert.Equal(3, group.Slots[0].Sessions);
    }

    [Fact]
    public async Task Opens_that_come_too_fast_fail_and_are_paced_for_the_vendor_that_does_so()
    {
        var token = Open(VendorProfile.AwsCloudHsm);
        var from = _scene.Misbehaving.Log.Next;
        _scene.Misbehaving.Rules("C_OpenSession CKR_ARGUMENTS_BAD pace 1 150ms");
        var group = Group(token, sessions: 3);
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Sessions == 3, Jobs.Patience));
        Assert.Equal(SlotState.Ready, group.Slots[0].State);
        var opens = _scene.Misbehaving.Log.Since(from).Where(call => call.Function == "C_OpenSession").ToList();
        Assert.Equal(3, opens.Count(call => call.ReturnValue == 0));
        await SignAsync(group);
    }

    [Fact]
    public void Token_and_library_say_what_the_rules_say()
    {
        _scene.Misbehaving.Rules(
            "C_GetTokenInfo manufacturer \"SafeNet\"",
            "C_GetTokenInfo model \"Luna K7\"",
            "C_GetTokenInfo max-sessions 16",
            "C_GetTokenInfo flags 0x10000");
        var info = _scene.ReadToken();
        Assert.Equal("SafeNet", info.Manufacturer);
        Assert.Equal("Luna K7", info.Model);
        Assert.Equal(16, info.MaxSessions);
        Assert.True(info.Flags.HasFlag(TokenFlags.UserPinCountLow));
        _scene.Misbehaving.Rules();
        Assert.Equal("SoftHSM project", _scene.ReadToken().Manufacturer);
    }

    [Fact]
    public void Lines_that_are_not_understood_are_left_out_and_the_rest_holds()
    {
        _scene.Misbehaving.Rules(
            "# a comment",
            "",
            "C_Nothing hang",
            "C_Sign CKR_NO_SUCH_VALUE",
            "C_Sign delay 4",
            "C_Sign delay 4ms sometimes",
            "C_GetInfo model \"X\"",
            "C_GetTokenInfo model \"X\"");
        Assert.Equal("X", _scene.ReadToken().Model);
        Assert.Equal(5, _scene.Misbehaving.Log.BrokenLines);
    }

    private Token Open(VendorProfile? profile = null)
    {
        var token = _scene.Open(profile ?? VendorProfile.Default);
        _open.Add(token);
        return token;
    }

    private SlotGroup Group(int sessions, int verifyOneIn = 1_000_000) => Group(Open(), sessions, verifyOneIn);

    private SlotGroup Group(Token token, int sessions, int verifyOneIn = 1_000_000)
    {
        var group = new SlotGroup([token], new SlotGroupOptions { Sessions = sessions, VerifyOneIn = verifyOneIn });
        _open.Add(group);
        return group;
    }

    private async Task SignAsync(SlotGroup group, int jobs = 1, bool verify = true)
    {
        var all = Enumerable.Range(0, jobs).Select(_ => Jobs.New(_scene.First, s_scheme, s_hash)).ToList();
        await Task.WhenAll(all.Select(job => Jobs.Enqueue(group, job)));
        Assert.All(
            all,
            job =>
            {
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                Assert.True(!verify || Verification.IsGood(job.Key, s_scheme, s_hash, job.Signatures[0]!));
            });
    }
}
