using System.Security.Cryptography;
using Appliance.Tests.Shared.Timestamps;

namespace Appliance.Timestamping.Tests;

public sealed class HostileRequestTests
{
    [Fact]
    public void A_hundred_thousand_damaged_and_random_requests_are_answered_and_cost_no_signature()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();
        var mutator = new Mutator(0x5EED);
        byte[][] samples =
        [
            TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, UnitScene.Policy, [1, 2, 3, 4, 5, 6]),
            TimestampRequest.Create(HashAlgorithmName.SHA512, new byte[64], null, [9], certificates: false),
            TimestampRequest.Create(HashAlgorithmName.SHA3_384, new byte[48], UnitScene.OtherPolicy),
        ];
        var accepted = 0;
        var seen = TimestampFailure.None;
        for (var i = 0; i < 100_000; i++)
        {
            var request = i % 10 == 0 ? mutator.Octets(mutator.Next(200)) : mutator.Damage(samples[i % samples.Length]);
            var failure = stamp.Prepare(request);
            seen |= failure;
            if (failure == TimestampFailure.None)
            {
                accepted++;
                CheckOracle(request, stamp);
            }
            else
            {
                var answer = TimestampResponse.Decode(TimestampResponse.Refusal(failure));
                Assert.Equal((TimestampPkiStatus.Rejection, failure), (answer.Status, answer.Failure));
                Assert.True(answer.Token.IsEmpty);
            }
        }

        // Nothing was begun, so nothing could be signed.
        Assert.Equal(new byte[32], stamp.Digest);
        Assert.InRange(accepted, 1_000, 50_000);
        Assert.Equal(
            TimestampFailure.BadDataFormat | TimestampFailure.BadRequest | TimestampFailure.BadAlgorithm
                | TimestampFailure.UnacceptedPolicy,
            seen & ~TimestampFailure.UnacceptedExtension);
    }

    /// <summary>What is accepted here is a request to the platform's decoder, too.</summary>
    private static void CheckOracle(byte[] request, Stamp stamp)
    {
        if (System.Security.Cryptography.Pkcs.Rfc3161TimestampRequest.TryDecode(request, out var theirs, out var read))
        {
            Assert.Equal(request.Length, read);
            Assert.Equal(theirs.GetMessageHash().ToArray(), stamp.Imprint.ToArray());
        }
        else
        {
            // The platform refuses an explicit DEFAULT, which is tolerated here.
            Assert.Equal([0x01, 0x01, 0x00], request[^3..]);
        }
    }
}
