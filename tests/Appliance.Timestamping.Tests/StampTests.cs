using System.Security.Cryptography;
using Appliance.Timestamping.Tests.Keys;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping.Tests;

public sealed class StampTests
{
    private static readonly byte[] s_request =
        TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, UnitScene.OtherPolicy, [1, 2, 3]);

    [Fact]
    public void A_token_tells_what_was_asked_and_when_it_was_signed()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        Assert.Equal(TimestampFailure.None, stamp.Prepare(s_request));
        // It waits in a queue: the time is that of the signature.
        scene.Clocks.Advance(TimeSpan.FromSeconds(2));
        scene.Watch.Check();
        var signedAt = scene.Clocks.GetUtcNow();
        Assert.True(stamp.TryBegin());

        Assert.Equal(TimestampFailure.None, stamp.Complete(scene.Sign(stamp), out var response));

        var token = TimestampToken.Decode(TimestampResponse.TokenOf(response));
        Assert.Equal(signedAt, token.Time);
        Assert.Equal(UnitScene.OtherPolicy, token.Policy);
        Assert.Equal(UnitScene.Digest, token.Digest.ToArray());
        Assert.Equal([1, 2, 3], token.Nonce.ToArray());
        Assert.Equal(new TimestampAccuracy(0, 500), token.Accuracy);
        Assert.Equal(stamp.SerialNumber.ToArray(), token.SerialNumber.ToArray());
        Assert.Equal((token.Policy, token.Time), (stamp.Policy, stamp.Time));
        Assert.Equal("SHA256", stamp.HashAlgorithm);
        Assert.Equal(UnitScene.Digest, stamp.Imprint.ToArray());
    }

    [Fact]
    public void A_token_whose_signing_outlasted_the_accuracy_is_thrown_away_and_a_retry_encodes_anew()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        stamp.Prepare(s_request);
        Assert.True(stamp.TryBegin());
        var first = (Digest: stamp.Digest.ToArray(), Serial: stamp.SerialNumber.ToArray());
        var signature = scene.Sign(stamp);
        scene.Clocks.Advance(TimeSpan.FromMilliseconds(501));

        Assert.Equal(TimestampFailure.TimeNotAvailable, stamp.Complete(signature, out var response));
        Assert.Null(response);
        Assert.True(stamp.MayRetry);

        Assert.True(stamp.TryBegin());
        Assert.NotEqual(first.Digest, stamp.Digest);
        // On record before the first try already.
        Assert.Equal(first.Serial, stamp.SerialNumber.ToArray());
        Assert.Equal(TimestampFailure.None, stamp.Complete(scene.Sign(stamp), out response));
        Assert.Equal(scene.Clocks.GetUtcNow(), TimestampToken.Decode(TimestampResponse.TokenOf(response)).Time);
    }

    [Fact]
    public void A_signature_that_took_just_the_accuracy_is_delivered()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        stamp.Prepare(s_request);
        Assert.True(stamp.TryBegin());
        var signature = scene.Sign(stamp);
        scene.Clocks.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Equal(TimestampFailure.None, stamp.Complete(signature, out _));
    }

    [Fact]
    public void A_step_of_the_clock_before_and_while_it_signs_is_seen_at_once()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        stamp.Prepare(s_request);
        Assert.True(stamp.TryBegin());
        var signature = scene.Sign(stamp);

        scene.Clocks.Step(TimeSpan.FromSeconds(1));

        Assert.Equal(TimestampFailure.TimeNotAvailable, stamp.Complete(signature, out _));
        Assert.False(stamp.MayRetry);
        Assert.False(stamp.TryBegin());
        Assert.Equal(TimestampFailure.TimeNotAvailable, stamp.Failure);
    }

    [Fact]
    public void A_certificate_that_ends_while_the_unit_serves_stops_it()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        stamp.Prepare(s_request);
        scene.Clocks.SetWall(scene.Unit.UsableTo.AddSeconds(1));
        scene.Watch.Assert(scene.Unit.UsableTo.AddYears(1), "test");

        Assert.False(stamp.TryBegin());
        Assert.Equal(TimestampFailure.SystemFailure, stamp.Failure);
    }

    [Fact]
    public void One_in_so_many_signatures_is_verified_and_after_a_wrong_one_all_until_one_is_right()
    {
        using var scene = new UnitScene(options: UnitScene.Options(verifyOneIn: 64));
        var outcomes = new List<bool>();
        for (var i = 0; i < 80; i++)
        {
            // Right at first, wrong from then on, right again at the end.
            outcomes.Add(Complete(scene, i is 0 or 75));
        }

        Assert.All(outcomes[..64], Assert.True);
        Assert.All(outcomes[64..75], Assert.False);
        Assert.All(outcomes[75..], Assert.True);

        static bool Complete(UnitScene scene, bool isRight)
        {
            var stamp = scene.Unit.NewStamp();
            stamp.Prepare(s_request);
            Assert.True(stamp.TryBegin());
            var signature = isRight
                ? scene.Sign(stamp)
                : MemoryKey.P256.Sign(new byte[32], HashAlgorithmName.SHA256);
            return stamp.Complete(signature, out var response) == TimestampFailure.None && response is not null;
        }
    }

    [Fact]
    public void A_wrong_signature_is_found_the_first_time()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        stamp.Prepare(s_request);
        Assert.True(stamp.TryBegin());

        Assert.Equal(
            TimestampFailure.SystemFailure,
            stamp.Complete(MemoryKey.P256.Sign(new byte[32], HashAlgorithmName.SHA256), out var response));
        Assert.Null(response);
    }

    public static TheoryData<string, string> Misshapen => new()
    {
        { "P256", "00" },
        { "P256", "3000" },
        { "P256", "3003020101" },
        { "P256", "3006020101020100" },
        { "P256", "3006020101020181" },
        { "P256", "300702020001020101" },
        { "P256", "300602010102010100" },
        { "P256", "3026" + "0221" + "01" + Zeros(32) + "020101" },
        { "P384", "3006020101" + "0400" + "00" },
        { "Rsa2048", Zeros(255) },
        { "Rsa2048", Zeros(257) },
    };

    /// <summary>Not only the sampled ones: no signature of another form leaves.</summary>
    [Theory]
    [MemberData(nameof(Misshapen))]
    public void A_signature_of_another_form_is_never_delivered(string key, string signature)
    {
        using var scene = new UnitScene(MemoryKey.Named(key));
        scene.Issue(s_request);
        var stamp = scene.Unit.NewStamp();
        stamp.Prepare(s_request);
        Assert.True(stamp.TryBegin());

        Assert.Equal(
            TimestampFailure.SystemFailure, stamp.Complete(Convert.FromHexString(signature), out var response));
        Assert.Null(response);
        // And from now on all are verified, so this one of the right form is found, too.
        var wrong = MemoryKey.Named(key).Sign(new byte[stamp.Digest.Length], scene.Unit.Scheme.HashAlgorithm);
        Assert.Equal(TimestampFailure.SystemFailure, stamp.Complete(wrong, out _));
    }

    /// <summary>r and s are random: now and then one is shorter.</summary>
    [Fact]
    public void ECDSA_signatures_of_all_lengths_are_delivered()
    {
        using var scene = new UnitScene(MemoryKey.P384);
        var lengths = new HashSet<int>();
        for (var i = 0; i < 2_000 && lengths.Count < 4; i++)
        {
            lengths.Add(scene.Issue(s_request).Length);
        }

        Assert.InRange(lengths.Count, 3, 10);
    }

    [Fact]
    public void Nothing_is_begun_without_a_request_that_was_taken()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        Assert.False(stamp.TryBegin());
        Assert.Equal(TimestampFailure.SystemFailure, stamp.Failure);

        // The one before it is not signed again either.
        Assert.Equal(TimestampFailure.None, stamp.Prepare(s_request));
        Assert.True(stamp.TryBegin());
        Assert.Equal(TimestampFailure.None, stamp.Complete(scene.Sign(stamp), out _));
        Assert.Equal(TimestampFailure.BadDataFormat, stamp.Prepare(new byte[] { 1 }));
        Assert.False(stamp.TryBegin());
        Assert.Equal(TimestampFailure.BadDataFormat, stamp.Failure);
    }

    [Fact]
    public void A_stamp_serves_again_and_takes_nothing_over()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        byte[][] requests =
        [
            TimestampRequest.Create(HashAlgorithmName.SHA512, new byte[64], UnitScene.OtherPolicy, new byte[] { 0x7F }),
            TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, null, default, certificates: false),
            s_request,
        ];
        byte[]? signature = null;
        var serials = new HashSet<string>(StringComparer.Ordinal);
        foreach (var request in requests)
        {
            Assert.Equal(TimestampFailure.None, stamp.Prepare(request));
            if (signature is not null)
            {
                // A signature of the request before does not answer this one.
                Assert.Equal(TimestampFailure.SystemFailure, stamp.Complete(signature, out _));
            }

            Assert.True(stamp.TryBegin());
            signature = scene.Sign(stamp);
            Assert.Equal(TimestampFailure.None, stamp.Complete(signature, out var response));
            TimestampRequest.TryDecode(request, out var asked);
            var token = TimestampToken.Decode(TimestampResponse.TokenOf(response));
            Assert.Equal(asked.Digest.ToArray(), token.Digest.ToArray());
            Assert.Equal(asked.Nonce.ToArray(), token.Nonce.ToArray());
            Assert.True(serials.Add(Convert.ToHexString(token.SerialNumber.Span)));
        }
    }

    [Fact]
    public void A_token_is_held_against_its_own_request()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        stamp.Prepare(s_request);
        Assert.True(stamp.TryBegin());
        Assert.Equal(TimestampFailure.None, stamp.Complete(scene.Sign(stamp), out var response));
        var policy = scene.Unit.PolicyAt(1).ToArray();
        var serial = stamp.SerialNumber.ToArray();
        Assert.True(Answers(s_request, policy, serial));

        Assert.False(Answers(
            TimestampRequest.Create(HashAlgorithmName.SHA256, new byte[32], UnitScene.OtherPolicy, [1, 2, 3]),
            policy,
            serial));
        Assert.False(Answers(
            TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, null, [1, 2, 4]), policy, serial));
        Assert.False(Answers(
            TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest), policy, serial));
        Assert.False(Answers(
            TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, null, [1, 2, 3], certificates: false),
            policy,
            serial));
        Assert.False(Answers(s_request, scene.Unit.PolicyAt(0).ToArray(), serial));
        Assert.False(Answers(s_request, policy, new byte[20]));

        // Any octet of TSTInfo: its digest stands in the signed attributes.
        var place = response.AsSpan().IndexOf("20260411"u8) + 9;
        response![place] ^= 1;
        Assert.False(Answers(s_request, policy, serial));

        bool Answers(byte[] request, byte[] oid, byte[] number)
        {
            TimestampRequest.TryDecode(request, out var read);
            return TokenCheck.Answers(response, read, oid, number, HashAlgorithmName.SHA256);
        }
    }

    [Fact]
    public void Only_who_asks_for_certificates_gets_them()
    {
        using var scene = new UnitScene();
        var without = scene.Issue(
            TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, certificates: false));
        var with = scene.Issue(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest));

        Assert.Equal(-1, without.AsSpan().IndexOf(scene.Key.Certificate.RawData));
        Assert.NotEqual(-1, with.AsSpan().IndexOf(scene.Key.Certificate.RawData));
    }

    [Fact]
    public void Refusals_are_what_openssl_understands()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (failure, text) in new[]
        {
            (TimestampFailure.BadAlgorithm, "unrecognized or unsupported algorithm"),
            (TimestampFailure.BadRequest, "transaction not permitted"),
            (TimestampFailure.BadDataFormat, "data submitted has the wrong format"),
            (TimestampFailure.TimeNotAvailable, "time source is not available"),
            (TimestampFailure.UnacceptedPolicy, "policy is not supported"),
            (TimestampFailure.UnacceptedExtension, "extension is not supported"),
            (TimestampFailure.AdditionalInformationNotAvailable, "additional information"),
            (TimestampFailure.SystemFailure, "system failure"),
        })
        {
            var file = directory.Write("r", TimestampResponse.Refusal(failure).Span);
            var output = OpenSsl.Run("ts", "-reply", "-in", file, "-text");

            Assert.Contains("Rejected", output, StringComparison.Ordinal);
            Assert.Contains(text, output, StringComparison.Ordinal);
        }
    }

    private static string Zeros(int octets) => new('0', 2 * octets);
}
