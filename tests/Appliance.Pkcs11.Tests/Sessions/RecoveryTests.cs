using System.Collections;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Tests.Fakes;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>What a token cannot be made to do on demand: lose sessions, logins and handles, fail, vanish.</summary>
public sealed class RecoveryTests : IDisposable
{
    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-fake-").FullName;
    private readonly Pkcs11Module _module = FakeLibrary.Load();
    private readonly FakeSlot _slot = new();
    private readonly Token _token;
    private readonly KeyReference _key;

    public RecoveryTests()
    {
        _key = _slot.AddKey("key");
        _token = Open(_slot);
    }

    public void Dispose()
    {
        _token.Dispose();
        _slot.Dispose();
        _module.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<uint, SlotDispatch> SessionErrors
    {
        get
        {
            var data = new TheoryData<uint, SlotDispatch>();
            foreach (var dispatch in Enum.GetValues<SlotDispatch>())
            {
                data.Add((uint)CKR.CKR_SESSION_HANDLE_INVALID, dispatch);
                data.Add((uint)CKR.CKR_SESSION_CLOSED, dispatch);
                data.Add((uint)CKR.CKR_OPERATION_ACTIVE, dispatch);
                data.Add((uint)CKR.CKR_OPERATION_NOT_INITIALIZED, dispatch);
                data.Add((uint)CKR.CKR_DEVICE_ERROR, dispatch);
                data.Add((uint)CKR.CKR_GENERAL_ERROR, dispatch);
                data.Add((uint)CKR.CKR_FUNCTION_FAILED, dispatch);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(SessionErrors))]
    public async Task A_session_that_fails_is_replaced_and_the_hash_signed_again(uint error, SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        var job = Job(1, 2, 3);
        _slot.NextSign.Enqueue(CKR.CKR_OK);
        _slot.NextSign.Enqueue((CKR)error);
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
        Assert.Equal(4, _slot.SignCalls);

        // The keeper and the one that signs: the failed one was closed.
        Assert.Equal(2, _slot.Sessions.Count);
        Assert.True(group.Slots[0].Healthy);
        Assert.Equal(error, group.Slots[0].LastError);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task After_a_reset_login_session_and_handles_are_made_anew(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        await Jobs.SignAsync(group, Job(1));
        _slot.Reset();
        var job = Job(2);
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
        Assert.Equal(2, _slot.LoginCalls);
        Assert.Equal(2, _slot.FindCalls);
    }

    [Fact]
    public async Task A_lost_login_is_made_again_once_for_all_sessions()
    {
        using var group = Group(SlotDispatch.Workers, sessions: 4);
        await Jobs.SignAsync(group, Job(1));
        _slot.IsLoggedIn = false;
        var jobs = Enumerable.Range(0, 40).Select(i => Job((byte)i)).ToList();
        await Task.WhenAll(jobs.Select(job => Jobs.Enqueue(group, job)));
        Assert.All(jobs, AssertSigned);
        Assert.Equal(2, _slot.LoginCalls);
    }

    [Fact]
    public async Task A_pin_that_is_refused_at_the_relogin_is_tried_once_and_the_slot_left_alone()
    {
        using var group = Group(SlotDispatch.Workers, sessions: 2, probe: TimeSpan.FromMilliseconds(1));
        await Jobs.SignAsync(group, Job(1));
        _slot.IsLoggedIn = false;
        _slot.NextLogin.Enqueue(CKR.CKR_PIN_INCORRECT);
        for (var i = 0; i < 5; i++)
        {
            var job = Job(2);
            await Jobs.TryAsync(group, job);
            Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
            Assert.False(job.Dispatched);
        }

        // The keeper probes all the while, and never asks the token.
        var opened = _slot.OpenCalls;
        Assert.True(SpinWait.SpinUntil(() => _slot.OpenCalls > opened + 3, Jobs.Patience));
        Assert.Equal(2, _slot.LoginCalls);
        Assert.False(group.Slots[0].Healthy);
    }

    [Theory]
    [InlineData((uint)CKR.CKR_KEY_HANDLE_INVALID)]
    [InlineData((uint)CKR.CKR_OBJECT_HANDLE_INVALID)]
    public async Task A_stale_handle_is_found_again(uint error)
    {
        using var group = Group(SlotDispatch.Inline);
        await Jobs.SignAsync(group, Job(1));
        _slot.HandleBase += 7;
        _slot.NextSignInit.Enqueue((CKR)error);
        var job = Job(2);
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
        Assert.Equal(2, _slot.FindCalls);
    }

    [Fact]
    public async Task A_key_that_stays_invalid_is_unusable()
    {
        using var group = Group(SlotDispatch.Inline);
        _slot.NextSignInit.Enqueue(CKR.CKR_KEY_HANDLE_INVALID);
        _slot.NextSignInit.Enqueue(CKR.CKR_KEY_HANDLE_INVALID);
        var job = Job(1);
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
        Assert.Equal((uint)CKR.CKR_KEY_HANDLE_INVALID, job.ReturnValue);
        Assert.False(job.Dispatched);
    }

    [Fact]
    public async Task An_error_of_the_request_is_definite_keeps_the_session_and_says_what_was_made()
    {
        using var group = Group(SlotDispatch.Workers);
        _slot.NextSign.Enqueue(CKR.CKR_OK);
        _slot.NextSign.Enqueue(CKR.CKR_DATA_LEN_RANGE);
        var job = Job(1, 2, 3);
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.Failed, job.Outcome);
        Assert.Equal((uint)CKR.CKR_DATA_LEN_RANGE, job.ReturnValue);
        Assert.Equal(1, job.SignedCount);
        Assert.True(job.Dispatched);
        Assert.Equal(2, _slot.OpenCalls);

        var next = Job(4);
        await Jobs.SignAsync(group, next);
        AssertSigned(next);
    }

    [Fact]
    public async Task Signing_that_never_began_says_so()
    {
        using var group = Group(SlotDispatch.Workers);
        _slot.NextSignInit.Enqueue(CKR.CKR_MECHANISM_INVALID);
        var job = Job(1);
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.Failed, job.Outcome);
        Assert.False(job.Dispatched);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task What_one_slot_cannot_do_another_does(SlotDispatch dispatch)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var first = new FakeSlot();
        using var second = new FakeSlot();
        var reference = first.AddKey("shared", key);
        second.AddKey("shared", key);
        using var firstToken = Open(first);
        using var secondToken = Open(second);
        using var group = new SlotGroup(
            [firstToken, secondToken],
            new SlotGroupOptions { Sessions = 1, Dispatch = dispatch });

        await Jobs.SignAsync(group, Jobs.New(reference, s_scheme, Hash(0)));

        // The first hash is signed there, the second finds the device gone: the job moves, the reservation does not.
        first.NextSign.Enqueue(CKR.CKR_OK);
        first.NextSign.Enqueue(CKR.CKR_DEVICE_REMOVED);
        first.Gone = CKR.CKR_DEVICE_REMOVED;
        var job = Jobs.New(reference, s_scheme, Hash(1), Hash(2), Hash(3));
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
        Assert.Equal([0, 1], first.Signed);
        Assert.Equal([2, 3], second.Signed);
        Assert.False(group.Slots[0].Healthy);

        var next = Jobs.New(reference, s_scheme, Hash(4));
        await Jobs.SignAsync(group, next);
        AssertSigned(next);
        Assert.Equal(3, first.SignCalls);

        // It comes back without anybody's request.
        first.Gone = null;
        Jobs.AwaitState(group, 0, SlotState.Ready);
    }

    [Fact]
    public async Task A_key_on_one_slot_only_is_found_there()
    {
        using var other = new FakeSlot();
        var reference = other.AddKey("elsewhere");
        using var otherToken = Open(other);
        using var group = new SlotGroup([_token, otherToken], new SlotGroupOptions { Sessions = 1 });
        var job = Jobs.New(reference, s_scheme, Hash(1));
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
        Assert.True(group.Slots.All(slot => slot.Healthy));
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task A_slot_that_fails_again_and_again_is_quarantined_and_comes_back_by_itself(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        await Jobs.SignAsync(group, Job(1));
        _slot.NextSign.Enqueue(CKR.CKR_DEVICE_ERROR);
        _slot.NextSign.Enqueue(CKR.CKR_DEVICE_ERROR);
        _slot.Gone = CKR.CKR_TOKEN_NOT_PRESENT;
        var failing = Job(1);
        await Jobs.SignAsync(group, failing);
        Assert.Equal(SignOutcome.TokenUnavailable, failing.Outcome);
        Jobs.AwaitState(group, 0, SlotState.Quarantined);
        Assert.False(group.IsServing);

        var refused = Job(2);
        await Jobs.TryAsync(group, refused);
        Assert.Equal(SignOutcome.TokenUnavailable, refused.Outcome);
        Assert.Equal((uint)CKR.CKR_TOKEN_NOT_PRESENT, refused.ReturnValue);
        Assert.False(refused.Dispatched);

        _slot.NextSign.Clear();
        _slot.Gone = null;
        Jobs.AwaitState(group, 0, SlotState.Ready);
        var again = Job(3);
        await Jobs.SignAsync(group, again);
        AssertSigned(again);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task A_token_with_fewer_sessions_than_wished_is_used_with_what_it_has(SlotDispatch dispatch)
    {
        _slot.NextOpen.Enqueue(CKR.CKR_OK);
        _slot.NextOpen.Enqueue(CKR.CKR_SESSION_COUNT);
        _slot.NextOpen.Enqueue(CKR.CKR_SESSION_COUNT);
        using var group = Group(dispatch, sessions: 3);
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), TestContext.Current.CancellationToken, async (i, _) =>
        {
            var job = Job((byte)i);
            await Jobs.SignAsync(group, job);
            AssertSigned(job);
        });
        Assert.True(group.Slots[0].Healthy);
    }

    [Fact]
    public void Sessions_are_capped_by_what_the_token_tells()
    {
        using var small = new FakeSlot { MaxSessions = 5 };
        small.AddKey("key");
        using var token = Open(small);
        using (var group = new SlotGroup([token], new SlotGroupOptions { Sessions = 50 }))
        {
            SpinWait.SpinUntil(() => group.Slots[0].Sessions == 3, Jobs.Patience);
            Assert.Equal(3, group.Slots[0].Sessions);
        }

        Assert.Single(small.Sessions);
    }

    [Fact]
    public async Task Among_keys_of_one_name_the_one_with_the_right_public_key_is_used()
    {
        using var right = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _slot.AddKey("double");
        _slot.AddKey("double");
        var key = _slot.AddKey("double", right);
        using var group = Group(SlotDispatch.Inline);
        var job = Jobs.New(key, s_scheme, Hash(1));
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
        Assert.Equal(3, _slot.SignCalls);
        await Jobs.SignAsync(group, job);
        Assert.Equal(4, _slot.SignCalls);
    }

    [Theory]
    [InlineData(SignatureKind.EcdsaDer)]
    [InlineData(SignatureKind.EcdsaPlain)]
    public async Task A_key_of_another_curve_is_unusable_and_nothing_of_the_slots(SignatureKind kind)
    {
        using var larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var claimed = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var named = _slot.AddKey("larger", larger);
        var wrong = new KeyReference(named.Id.Span, named.Label, claimed.ExportSubjectPublicKeyInfo());
        using var group = Group(SlotDispatch.Workers);
        for (var i = 0; i < 4; i++)
        {
            var job = Jobs.New(wrong, new SignatureScheme(kind, HashAlgorithmName.SHA256), Hash(1));
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
        }

        Assert.True(group.Slots[0].Healthy);
    }

    [Fact]
    public async Task A_public_key_off_its_curve_is_unusable_and_the_worker_lives()
    {
        var named = _slot.AddKey("broken");
        var broken = named.SubjectPublicKeyInfo.ToArray();
        broken[^1] ^= 1;
        using var group = Group(SlotDispatch.Workers);
        var job = Jobs.New(new KeyReference(named.Id.Span, named.Label, broken), s_scheme, Hash(1));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
        var next = Job(2);
        await Jobs.SignAsync(group, next);
        AssertSigned(next);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task A_job_that_throws_is_told_as_failed_and_leaves_its_session_behind(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        var job = Job(1);
        job.Hashes = new OnceOnly(Hash(1));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.Failed, job.Outcome);
        Assert.Equal(0, group.Slots[0].InFlight);
        var next = Job(2);
        await Jobs.SignAsync(group, next);
        AssertSigned(next);
    }

    [Fact]
    public async Task A_store_that_fails_at_the_relogin_does_not_end_the_worker()
    {
        var storeFails = false;
        using var slot = new FakeSlot();
        var key = slot.AddKey("key");
        var memory = new RefusedPins(
            Path.Combine(_folder, "with-store"),
            TimeProvider.System,
            _ => storeFails ? throw new IOException("gone") : null);
        using var token = slot.Open(_module, memory);
        using var group = new SlotGroup([token], new SlotGroupOptions { Sessions = 1 });
        storeFails = true;
        slot.IsLoggedIn = false;
        var job = Jobs.New(key, s_scheme, Hash(1));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
        Assert.Equal(1, slot.LoginCalls);
        storeFails = false;
        Jobs.AwaitState(group, 0, SlotState.Ready);
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
    }

    [Fact]
    public async Task No_signature_is_made_but_of_hashes_that_were_asked_for()
    {
        using var group = Group(SlotDispatch.Workers);
        await Jobs.SignAsync(group, Job(11, 12));
        await Jobs.SignAsync(group, Job(13));
        Assert.Equal([11, 12, 13], _slot.Signed);
    }

    private static byte[] Hash(byte first)
    {
        var hash = new byte[32];
        hash[0] = first;
        return hash;
    }

    private static void AssertSigned(SignJob job)
    {
        Assert.Equal(SignOutcome.Signed, job.Outcome);
        Assert.Equal(job.Hashes.Count, job.SignedCount);
        Assert.Equal(0u, job.ReturnValue);
        for (var i = 0; i < job.Hashes.Count; i++)
        {
            Assert.True(Verification.IsGood(job.Key, job.Scheme, job.Hashes[i], job.Signatures[i]!));
        }
    }

    private SignJob Job(params byte[] first) => Jobs.New(_key, s_scheme, [.. first.Select(Hash)]);

    private Token Open(FakeSlot slot)
        => slot.Open(_module, new RefusedPins(Path.Combine(_folder, slot.Serial), TimeProvider.System));

    /// <summary>One hash that passes the check and cannot be read after it.</summary>
    private sealed class OnceOnly(byte[] hash) : IReadOnlyList<byte[]>
    {
        private int _reads;

        public int Count => 1;

        public byte[] this[int index] => _reads++ == 0 ? hash : throw new InvalidOperationException("Read twice.");

        public IEnumerator<byte[]> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private SlotGroup Group(SlotDispatch dispatch, int sessions = 1, TimeSpan? probe = null)
        => new(
            [_token],
            new SlotGroupOptions
            {
                Sessions = sessions,
                Dispatch = dispatch,
                ProbeInterval = probe ?? TimeSpan.FromMilliseconds(100),
            });
}
