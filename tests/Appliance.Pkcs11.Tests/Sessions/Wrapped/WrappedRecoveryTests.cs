using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Tests.Fakes;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Sessions.Wrapped;

/// <summary>
/// Wrapped keys on a token that loses sessions and gives freed handles out again at once: a handle that is used too
/// long makes another key's signature, and every signature is verified here.
/// </summary>
public sealed class WrappedRecoveryTests : IDisposable
{
    private const int Keys = 40;

    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-fake-").FullName;
    private readonly Pkcs11Module _module = FakeLibrary.Load();
    private readonly FakeSlot _slot = new();
    private readonly Token _token;
    private readonly KeyReference _wrapper;
    private readonly KeyReference[] _keys;

    public WrappedRecoveryTests()
    {
        _wrapper = _slot.AddWrappingKey("wrapper");
        _keys = [.. Enumerable.Range(0, Keys).Select(number => _slot.AddWrapped(_wrapper, $"wrapped {number}"))];
        _token = Open(_slot);
    }

    public static TheoryData<SlotDispatch> Dispatches => [SlotDispatch.Workers, SlotDispatch.Inline];

    public void Dispose()
    {
        _token.Dispose();
        _slot.Dispose();
        _module.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task A_key_is_unwrapped_once_and_then_found(SlotDispatch dispatch)
    {
        using (var group = Group(dispatch))
        {
            for (var i = 0; i < 3; i++)
            {
                await SignAsync(group, _keys[0]);
            }

            Assert.Equal(1, _slot.UnwrapCalls);
            var status = Assert.Single(group.Slots);
            Assert.Equal((1, 1L), (status.UnwrappedKeys, status.Unwraps));
        }

        Assert.Equal(0, _slot.Objects);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task The_session_that_owns_the_keys_may_die_at_any_time(SlotDispatch dispatch)
    {
        using var group = Group(dispatch, owners: 2, cache: 5);
        var ended = 0;
        await ManyAsync(group, 600, number => ended += number % 20 == 19 ? _slot.EndOwners() : 0);
        Assert.NotEqual(0, ended);
        Assert.Equal(0, _slot.StrayDestroys);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task The_token_may_restart_at_any_time(SlotDispatch dispatch)
    {
        using var group = Group(dispatch, owners: 2, cache: 5);
        await ManyAsync(
            group,
            400,
            number =>
            {
                if (number % 100 == 99)
                {
                    _slot.Reset();
                }
            });
        Assert.Equal(0, _slot.StrayDestroys);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task A_blob_under_another_name_is_refused_and_nothing_of_it_stays(SlotDispatch dispatch)
    {
        using var group = Group(dispatch, owners: 1, cache: 1);
        var (one, other) = (_keys[0], _keys[1]);
        var swapped = new KeyReference(one.Id.Span, one.Label, one.SubjectPublicKeyInfo.Span, other.Wrapped!);
        var job = Jobs.New(swapped, s_scheme, Hash(1));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
        Assert.Null(job.Signatures[0]);
        await SignAsync(group, one);
        await SignAsync(group, other);
        Assert.Equal(1, _slot.Objects);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task A_blob_that_is_none_takes_no_slot_down(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        byte[] rubbish = [255, 255, 255, 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var key = new KeyReference("x"u8, "x", _keys[0].SubjectPublicKeyInfo.Span, new WrappedKey(_wrapper, rubbish));
        for (var i = 0; i < 10; i++)
        {
            var job = Jobs.New(key, s_scheme, Hash(1));
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
            Assert.Equal((uint)CKR.CKR_WRAPPED_KEY_INVALID, job.ReturnValue);
        }

        Assert.True(group.Slots[0].Healthy);
        await SignAsync(group, _keys[0]);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task A_wrapping_key_that_is_not_there_is_told(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        var elsewhere = new WrappedKey(new KeyReference("no"u8, "such"), new byte[16]);
        var key = new KeyReference("x"u8, "x", _keys[0].SubjectPublicKeyInfo.Span, elsewhere);
        var job = Jobs.New(key, s_scheme, Hash(1));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
        Assert.Equal((uint)CKR.CKR_UNWRAPPING_KEY_HANDLE_INVALID, job.ReturnValue);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task A_token_without_room_gets_fewer_keys(SlotDispatch dispatch)
    {
        _slot.Room = 3;
        using var group = Group(dispatch, owners: 1, cache: 100);
        await ManyAsync(group, 200, _ => { });
        Assert.Equal(3, _slot.MostObjects);
        Assert.True(group.Slots[0].Healthy);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task A_token_that_fails_is_asked_once_more_and_no_oftener(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        _slot.NextUnwrap.Enqueue(CKR.CKR_DEVICE_ERROR);
        await SignAsync(group, _keys[0]);
        Assert.Equal(2, _slot.UnwrapCalls);

        _slot.NextUnwrap.Enqueue(CKR.CKR_DEVICE_ERROR);
        _slot.NextUnwrap.Enqueue(CKR.CKR_DEVICE_ERROR);
        var job = Jobs.New(_keys[1], s_scheme, Hash(1));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
        Assert.Equal(4, _slot.UnwrapCalls);
    }

    [Fact]
    public async Task Jobs_that_want_the_same_key_wait_for_one_unwrapping_and_sessions_go_on()
    {
        using var hold = new SemaphoreSlim(0);
        using var group = Group(SlotDispatch.Workers, sessions: 1);
        await SignAsync(group, _keys[0]);
        _slot.HoldUnwrap = hold;
        var waiting = Enumerable.Range(0, 20)
            .Select(number => Jobs.Enqueue(group, Jobs.New(_keys[1], s_scheme, Hash((byte)number)))).ToList();

        // The only session is not held up by them.
        for (var i = 0; i < 5; i++)
        {
            await SignAsync(group, _keys[0]);
        }

        Assert.DoesNotContain(waiting, one => one.IsCompleted);
        _slot.HoldUnwrap = null;
        hold.Release();
        foreach (var job in await Task.WhenAll(waiting))
        {
            AssertSigned(job);
        }

        Assert.Equal(2, _slot.UnwrapCalls);
    }

    [Fact]
    public async Task A_stop_finishes_what_is_parked()
    {
        using var hold = new SemaphoreSlim(0);
        _slot.HoldUnwrap = hold;
        var group = Group(SlotDispatch.Workers, sessions: 1);
        var waiting = _keys.Select(key => Jobs.Enqueue(group, Jobs.New(key, s_scheme, Hash(1)))).ToList();
        SpinWait.SpinUntil(() => _slot.UnwrapCalls > 0, Jobs.Patience);
        var stopped = Task.Run(group.Dispose, TestContext.Current.CancellationToken);
        _slot.HoldUnwrap = null;
        hold.Release(Keys);
        await stopped;
        foreach (var job in await Task.WhenAll(waiting))
        {
            AssertSigned(job);
        }

        Assert.Single(_slot.Sessions);
    }

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task An_owner_whose_call_hangs_is_replaced_and_who_waits_is_told(SlotDispatch dispatch)
    {
        using var hold = new SemaphoreSlim(0);
        using (var group = new SlotGroup(
            [_token],
            new SlotGroupOptions
            {
                Dispatch = dispatch,
                Sessions = 2,
                CallLimit = TimeSpan.FromMilliseconds(200),
            }))
        {
            _slot.HoldUnwrap = hold;
            var job = Jobs.New(_keys[0], s_scheme, Hash(1));
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
            _slot.HoldUnwrap = null;
            SpinWait.SpinUntil(() => group.Slots[0].Healthy, Jobs.Patience);
            await SignAsync(group, _keys[1]);
            await SignAsync(group, _keys[0]);
            hold.Release(100);
        }

        Assert.Equal(0, _slot.Objects);
    }

    private static byte[] Hash(byte first)
    {
        var hash = new byte[32];
        hash[0] = first;
        return hash;
    }

    private static void AssertSigned(SignJob job)
    {
        Assert.Equal((SignOutcome.Signed, 0u), (job.Outcome, job.ReturnValue));
        for (var i = 0; i < job.Hashes.Count; i++)
        {
            Assert.True(Verification.IsGood(job.Key, s_scheme, job.Hashes[i], job.Signatures[i]!));
        }
    }

    private static async Task SignAsync(SlotGroup group, KeyReference key)
    {
        var job = Jobs.New(key, s_scheme, Hash(7));
        await Jobs.SignAsync(group, job);
        AssertSigned(job);
    }

    /// <summary>Signs with all keys from several threads; every signature must be the right key's.</summary>
    private async Task ManyAsync(SlotGroup group, int jobs, Action<int> meanwhile)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = 8,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        var gate = new Lock();
        await Parallel.ForEachAsync(Enumerable.Range(0, jobs), options, async (number, _) =>
        {
            lock (gate)
            {
                meanwhile(number);
            }

            var first = (byte)(number % 200);
            var job = Jobs.New(_keys[number * 7 % Keys], s_scheme, Hash(first), Hash((byte)(first + 1)));
            job.IsBulk = number % 3 == 0;
            await Jobs.SignAsync(group, job);

            // While a token restarts a job may fail; what is answered must be right.
            if (job.Outcome != SignOutcome.TokenUnavailable)
            {
                AssertSigned(job);
            }
        });
    }

    private SlotGroup Group(SlotDispatch dispatch, int sessions = 3, int owners = 2, int cache = 100)
        => new(
            [_token],
            new SlotGroupOptions
            {
                Dispatch = dispatch,
                Sessions = sessions,
                WrappedOwners = owners,
                WrappedKeyCache = cache,
            });

    private Token Open(FakeSlot slot)
        => slot.Open(_module, new RefusedPins(Path.Combine(_folder, Path.GetRandomFileName()), TimeProvider.System));
}
