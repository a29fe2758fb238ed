using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Sessions.Wrapped;

/// <summary>Many wrapped keys through few places, on a real token.</summary>
public sealed class WrappedKeysTests : IDisposable
{
    private const int Keys = 1_000;
    private const int Owners = 2;
    private const int PerOwner = 2;

    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly Token _token;
    private readonly string _label = $"wrapped {Path.GetRandomFileName()}";

    public WrappedKeysTests(SoftHsm hsm) => _token = hsm.OpenLoggedIn("Spare");

    public static TheoryData<SlotDispatch> Dispatches => [SlotDispatch.Workers, SlotDispatch.Inline];

    public void Dispose() => _token.Dispose();

    [Theory]
    [MemberData(nameof(Dispatches))]
    public async Task A_thousand_keys_take_turns_in_four_places(SlotDispatch dispatch)
    {
        var keys = Make(Keys);
        var most = 0;
        using (var group = Group(dispatch))
        {
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = 16,
                CancellationToken = TestContext.Current.CancellationToken,
            };
            await Parallel.ForEachAsync(Enumerable.Range(0, 2 * Keys), options, async (number, _) =>
            {
                // Some keys come often, so that they are found and evicted under each other.
                var key = keys[number % 5 == 0 ? number % 7 : number * 13 % Keys];
                var job = Jobs.New(key, s_scheme, SHA256.HashData(BitConverter.GetBytes(number)));
                job.IsBulk = number % 3 == 0;
                await Jobs.SignAsync(group, job);
                Assert.Equal(SignOutcome.Signed, job.Outcome);
                Assert.True(Verification.IsGood(key, s_scheme, job.Hashes[0], job.Signatures[0]!));
                if (number % 50 == 0)
                {
                    InterlockedMax(ref most, Objects());
                }
            });
            var status = Assert.Single(group.Slots);
            Assert.InRange(status.UnwrappedKeys, 1, Owners * PerOwner);
            Assert.InRange(status.Unwraps, Keys, 2 * Keys);
            Assert.Equal(0, status.Queued);
            Assert.Equal(status.UnwrappedKeys, Objects());
        }

        Assert.InRange(most, 1, Owners * PerOwner);
        Assert.Equal(0, Objects());
    }

    [Fact]
    public async Task Bulk_jobs_keep_no_place_between_two_signatures()
    {
        // More bulk jobs than places, each longer than the whole rest.
        var keys = Make(12);
        using var group = Group(SlotDispatch.Workers);
        var bulk = keys.Take(8).Select(key =>
        {
            var job = Jobs.New(key, s_scheme, [.. Enumerable.Range(0, 200).Select(n => SHA256.HashData([(byte)n]))]);
            job.IsBulk = true;
            return Jobs.Enqueue(group, job);
        }).ToList();
        foreach (var key in keys.Skip(8))
        {
            var job = Jobs.New(key, s_scheme, new byte[32]);
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.Signed, job.Outcome);
        }

        foreach (var job in await Task.WhenAll(bulk))
        {
            Assert.Equal((SignOutcome.Signed, 200), (job.Outcome, job.SignedCount));
        }
    }

    [Fact]
    public void A_hit_allocates_nothing_but_the_answer()
    {
        const int Rounds = 50;
        var key = Make(1)[0];
        using var group = Group(SlotDispatch.Inline);
        var job = Jobs.New(key, new SignatureScheme(SignatureKind.EcdsaPlain, HashAlgorithmName.SHA256), new byte[32]);
        group.Sign(job);
        group.Sign(job);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            group.Sign(job);
        }

        var answer = IntPtr.Size * 2 + sizeof(long) + 64;
        Assert.Equal(Rounds * answer, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void InterlockedMax(ref int most, int seen)
    {
        for (var known = Volatile.Read(ref most); seen > known; known = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, seen, known);
        }
    }

    private SlotGroup Group(SlotDispatch dispatch) => new(
        [_token],
        new SlotGroupOptions
        {
            Dispatch = dispatch,
            Sessions = 3,
            WrappedOwners = Owners,
            WrappedKeyCache = PerOwner,
        });

    private KeyReference[] Make(int count)
    {
        var wrapper = _token.GenerateKeyWrappingKey(Guid.CreateVersion7().ToByteArray(), $"wrapper of {_label}");
        var keys = new KeyReference[count];
        for (var i = 0; i < count; i++)
        {
            var id = Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture));
            var made = _token.GenerateWrappedKeyPair(KeyAlgorithm.EcP256, id, _label, wrapper);
            keys[i] = new KeyReference(id, _label, made.SubjectPublicKeyInfo, made.PrivateKey);
        }

        return keys;
    }

    /// <summary>Private keys of these names in the token, as C_FindObjects sees them.</summary>
    private int Objects()
    {
        using var session = TokenSession.Open(_token.Module, _token.Info, readWrite: false);
        return session.FindKeys(CKO.CKO_PRIVATE_KEY, [], _label, Keys).Count;
    }
}
