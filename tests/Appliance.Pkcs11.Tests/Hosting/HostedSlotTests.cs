using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Tests.Sessions;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>Signing on a real token whose library is in a child process.</summary>
public sealed class HostedSlotTests
{
    private static readonly SignatureScheme s_ecdsa = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly SoftHsm _hsm;

    public HostedSlotTests(SoftHsm hsm) => _hsm = hsm;

    public static TheoryData<KeyAlgorithm, SlotDispatch> Everything
    {
        get
        {
            var data = new TheoryData<KeyAlgorithm, SlotDispatch>();
            foreach (var algorithm in Enum.GetValues<KeyAlgorithm>())
            {
                data.Add(algorithm, SlotDispatch.Workers);
            }

            data.Add(KeyAlgorithm.EcP256, SlotDispatch.Inline);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Every_algorithm_and_scheme_is_signed_and_verifies(KeyAlgorithm algorithm, SlotDispatch dispatch)
    {
        using var hosted = new HostedHsm(_hsm);
        using var group = Group(dispatch, hosted.OpenLoggedIn("Payroll"));
        var key = _hsm.Key(algorithm);
        foreach (var scheme in AlgorithmData.SchemesFor(algorithm))
        {
            var job = Jobs.New(key, scheme, Verification.Hash(scheme, "one"u8), Verification.Hash(scheme, "two"u8));
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.Signed, job.Outcome);
            Assert.Equal(2, job.SignedCount);
            Assert.True(job.Dispatched);
            for (var i = 0; i < 2; i++)
            {
                Assert.True(Verification.IsGood(key, scheme, job.Hashes[i], job.Signatures[i]!), scheme.ToString());
            }
        }
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task Many_jobs_from_many_threads_get_each_its_own_signature(SlotDispatch dispatch)
    {
        using var hosted = new HostedHsm(_hsm);
        using var group = Group(dispatch, hosted.OpenLoggedIn("Payroll"));
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        var stop = TestContext.Current.CancellationToken;
        await Parallel.ForEachAsync(Enumerable.Range(0, 300), stop, async (number, _) =>
        {
            var job = Jobs.New(key, s_ecdsa, SHA256.HashData(BitConverter.GetBytes(number)));
            job.IsBulk = number % 3 == 0;
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.Signed, job.Outcome);
            Assert.True(Verification.IsGood(key, s_ecdsa, job.Hashes[0], job.Signatures[0]!));
        });
        var status = Assert.Single(group.Slots);
        Assert.True(status.Healthy);
        Assert.Equal(0, status.InFlight);
        Eventually.True(() => group.Slots[0].Signatures >= 300, "the child's count arrives");
    }

    [Fact]
    public async Task A_large_bulk_job_is_signed_in_order_while_interactive_ones_pass_it()
    {
        using var hosted = new HostedHsm(_hsm, options => options with { HashesInFlight = 64 });
        using var group = Group(SlotDispatch.Workers, hosted.OpenLoggedIn("Payroll"));
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        var hashes = Enumerable.Range(0, 5000).Select(number => SHA256.HashData(BitConverter.GetBytes(number)));
        var bulk = Jobs.New(key, s_ecdsa, [.. hashes]);
        bulk.IsBulk = true;
        var large = Jobs.Enqueue(group, bulk);
        var passed = 0;
        while (!large.IsCompleted)
        {
            await Jobs.SignAsync(group, Jobs.New(key, s_ecdsa, SHA256.HashData("passes"u8)));
            passed += large.IsCompleted ? 0 : 1;
        }

        await large;
        Assert.InRange(passed, 3, int.MaxValue);
        Assert.Equal(SignOutcome.Signed, bulk.Outcome);
        Assert.Equal(5000, bulk.SignedCount);
        Assert.All(
            Enumerable.Range(0, 5000),
            number => Assert.True(
                Verification.IsGood(key, s_ecdsa, bulk.Hashes[number], bulk.Signatures[number]!)));
    }

    [Fact]
    public async Task The_owners_last_word_is_asked_before_anything_is_sent()
    {
        using var hosted = new HostedHsm(_hsm);
        using var group = Group(SlotDispatch.Workers, hosted.OpenLoggedIn("Payroll"));
        var job = Jobs.New(_hsm.Key(KeyAlgorithm.EcP256), s_ecdsa, SHA256.HashData("no"u8));
        job.MayStart = _ => false;
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.NeverDispatched, job.Outcome);
        Assert.False(job.Dispatched);
        Assert.Equal(0, job.SignedCount);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_told()
    {
        using var hosted = new HostedHsm(_hsm);
        using var group = Group(SlotDispatch.Workers, hosted.OpenLoggedIn("Payroll"));
        var known = _hsm.Key(KeyAlgorithm.EcP256);
        var unknown = new KeyReference("nowhere"u8, "nowhere", known.SubjectPublicKeyInfo.Span);
        var job = Jobs.New(unknown, s_ecdsa, SHA256.HashData("no"u8));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
        Assert.Equal(SlotState.Ready, group.Slots[0].State);
    }

    [Fact]
    public async Task More_keys_than_are_remembered_are_told_anew()
    {
        using var hosted = new HostedHsm(_hsm);
        using var group = new SlotGroup(
            [hosted.OpenLoggedIn("Payroll")], new SlotGroupOptions { Sessions = 2, KeyCacheLimit = 2 });
        var algorithms = new[] { KeyAlgorithm.EcP256, KeyAlgorithm.EcP384, KeyAlgorithm.EcP521, KeyAlgorithm.Rsa2048 };
        for (var round = 0; round < 12; round++)
        {
            var key = _hsm.Key(algorithms[round % algorithms.Length]);
            var scheme = AlgorithmData.SchemesFor(algorithms[round % algorithms.Length]).First();
            var job = Jobs.New(key, scheme, Verification.Hash(scheme, "one"u8));
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.Signed, job.Outcome);
            Assert.True(Verification.IsGood(key, scheme, job.Hashes[0], job.Signatures[0]!));
        }
    }

    [Fact]
    public async Task A_login_that_is_lost_in_the_child_is_made_again_by_its_parent()
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Payroll");
        using var group = Group(SlotDispatch.Workers, token);
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        await Sign(group, key);
        using (var session = TokenSession.Open(token.Module, token.Info, readWrite: false))
        {
            Assert.Equal(CKR.CKR_OK, token.Api.C_Logout(session.Handle));
        }

        await Sign(group, key);
        Assert.True(token.IsLoggedIn);
        Eventually.True(
            () => hosted.Log.Of(1035).Any(line => line.Contains("had been lost", StringComparison.Ordinal)),
            "it is told");
    }

    [Fact]
    public async Task A_draining_slot_is_given_nothing_and_comes_back_by_a_probe()
    {
        using var hosted = new HostedHsm(_hsm);
        using var group = Group(SlotDispatch.Workers, hosted.OpenLoggedIn("Payroll"));
        await Sign(group, _hsm.Key(KeyAlgorithm.EcP256));
        group.SetDraining(0, draining: true);
        Assert.Equal(SlotState.Draining, group.Slots[0].State);
        Assert.False(group.TryEnqueue(Jobs.New(_hsm.Key(KeyAlgorithm.EcP256), s_ecdsa, SHA256.HashData("no"u8))));
        group.SetDraining(0, draining: false);
        Eventually.True(() => group.Slots[0].State == SlotState.Ready, "it is back");
        await Sign(group, _hsm.Key(KeyAlgorithm.EcP256));
    }

    [Fact]
    public async Task A_wrapped_key_goes_to_the_child_and_signs_there()
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Payroll");
        using var group = Group(SlotDispatch.Workers, token);
        var wrapper = token.GenerateKeyWrappingKey("hosted wrapper of keys"u8, "hosted wrapper of keys");
        var made = token.GenerateWrappedKeyPair(KeyAlgorithm.EcP256, "w"u8, "hosted wrapped", wrapper);
        await Sign(group, new KeyReference("w"u8, "hosted wrapped", made.SubjectPublicKeyInfo, made.PrivateKey));
        Eventually.True(() => group.Slots[0].Unwraps == 1, "the child unwrapped it");
    }

    private static async Task Sign(SlotGroup group, KeyReference key)
    {
        var job = Jobs.New(key, s_ecdsa, SHA256.HashData("one"u8));
        await Jobs.SignAsync(group, job);
        Assert.Equal(SignOutcome.Signed, job.Outcome);
        Assert.True(Verification.IsGood(key, s_ecdsa, job.Hashes[0], job.Signatures[0]!));
    }

    private static SlotGroup Group(SlotDispatch dispatch, params Token[] tokens)
        => new(tokens, new SlotGroupOptions { Sessions = 4, Dispatch = dispatch });
}
