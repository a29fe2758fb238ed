using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

/// <summary>
/// What comes from other authorities is hostile, too. TIMESTAMP_FUZZ_CASES and TIMESTAMP_FUZZ_SEED set how many damaged
/// ones, and which.
/// </summary>
public sealed class DamagedTokenTests(ITestOutputHelper output)
{
    private static readonly int s_cases = FromEnvironment("TIMESTAMP_FUZZ_CASES", 4_000);
    private static readonly ulong s_seed = (ulong)FromEnvironment("TIMESTAMP_FUZZ_SEED", 42);

    private readonly TimestampVerifier _verifier = new([Authority.Root]);

    [Fact]
    public void Damaged_responses_tokens_and_archive_timestamps_are_refused_without_surprise()
    {
        using var scene = new UnitScene();
        var response = scene.Issue(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest));
        var token = TimestampResponse.TokenOf(response).ToArray();
        var batch = new TimestampBatch(
            HashAlgorithmName.SHA256, [UnitScene.Digest, .. Enumerable.Range(0, 9).Select(i => Hash(i))]);
        var root = TimestampResponse.TokenOf(
            scene.Issue(TimestampRequest.Create(HashAlgorithmName.SHA256, batch.Root)));
        var archive = batch.For(UnitScene.Digest, root).Encode();
        var refusal = TimestampResponse.Refusal(TimestampFailure.BadAlgorithm).ToArray();
        var mutator = new Mutator(s_seed);
        var seen = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < s_cases; i++)
        {
            switch (i % 4)
            {
                case 0:
                    CheckToken(Damage(mutator, i, token), token, seen);
                    break;
                case 1:
                    var verdict = _verifier.VerifyArchive(Damage(mutator, i, archive), UnitScene.Digest);
                    Count(seen, $"archive {verdict.Verdict}");
                    break;
                case 2:
                    CheckResponse(Damage(mutator, i, response), seen);
                    break;
                default:
                    CheckResponse(Damage(mutator, i, refusal), seen);
                    break;
            }
        }

        Report(seen);
        Assert.Contains("token Malformed", seen.Keys);
        Assert.Contains("token BadSignature", seen.Keys);
        Assert.Contains("archive OtherDigest", seen.Keys);
        Assert.Contains("response refused", seen.Keys);
    }

    /// <summary>A stranger's authority signs what it likes: what follows the signature sees damaged values.</summary>
    [Theory]
    [InlineData("P256")]
    [InlineData("Rsa2048")]
    public void Damaged_values_under_a_right_signature_are_refused_without_surprise(string name)
    {
        using var scene = new UnitScene(MemoryKey.Named(name));
        var token = TimestampResponse.TokenOf(scene.Issue(
            TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, nonce: [5]))).ToArray();
        var mutator = new Mutator(s_seed + 1);
        var seen = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < s_cases / 8; i++)
        {
            var forged = new ForgedToken(token);
            mutator.DamageValue(Pick(mutator, i % 2 == 0 ? forged.Info : forged.Attributes));
            var result = _verifier.Verify(forged.Sign(scene.Key, scene.Unit.Scheme.HashAlgorithm), UnitScene.Digest);
            Count(seen, $"signed {result.Verdict}");
            if (result.Verdict == TimestampVerdict.Valid)
            {
                Assert.Equal(UnitScene.Digest, result.Token!.Value.Digest.ToArray());
            }
        }

        Report(seen);
        Assert.Contains("signed Malformed", seen.Keys);
        Assert.Contains("signed Valid", seen.Keys);
    }

    private static int FromEnvironment(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private static byte[] Hash(int number) => SHA256.HashData(BitConverter.GetBytes(number));

    private static byte[] Damage(Mutator mutator, int number, byte[] source)
        => number / 4 % 2 == 0 ? mutator.Damage(source) : mutator.DamageValues(source);

    private static DerNode Pick(Mutator mutator, DerNode root)
    {
        var all = root.All.ToList();
        return all[mutator.Next(all.Count)];
    }

    private static void Count(SortedDictionary<string, int> seen, string what)
        => seen[what] = seen.GetValueOrDefault(what) + 1;

    private void Report(SortedDictionary<string, int> seen)
        => output.WriteLine(
            $"seed {s_seed}: {string.Join(", ", seen.Select(pair => $"{pair.Value} {pair.Key}"))}");

    /// <summary>What is not signed may change, the certificates for one; what is signed may not.</summary>
    private void CheckToken(byte[] damaged, byte[] token, SortedDictionary<string, int> seen)
    {
        var result = _verifier.Verify(damaged, UnitScene.Digest);
        Count(seen, $"token {result.Verdict}");
        if (result.Verdict == TimestampVerdict.Valid)
        {
            var (told, genuine) = (result.Token!.Value, TimestampToken.Decode(token));
            Assert.Equal(genuine.SerialNumber.ToArray(), told.SerialNumber.ToArray());
            Assert.Equal((genuine.Policy, genuine.Time, genuine.Accuracy), (told.Policy, told.Time, told.Accuracy));
        }
    }

    private static void CheckResponse(byte[] damaged, SortedDictionary<string, int> seen)
    {
        var token = TimestampResponse.TokenOf(damaged);
        try
        {
            var read = TimestampResponse.Decode(damaged);
            Assert.Equal(read.Token.ToArray(), read.Token.Span is [Der.Sequence, ..] ? token.ToArray() : read.Token);
            Count(seen, read.Token.IsEmpty ? "response refused" : "response granted");
        }
        catch (AsnContentException)
        {
            Count(seen, "response malformed");
        }
    }
}
