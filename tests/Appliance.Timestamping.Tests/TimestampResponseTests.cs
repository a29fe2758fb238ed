using System.Formats.Asn1;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping.Tests.Keys;
using System.Security.Cryptography;

namespace Appliance.Timestamping.Tests;

public sealed class TimestampResponseTests
{
    [Fact]
    public void A_token_is_taken_out_of_a_whole_response_only()
    {
        using var scene = new UnitScene();
        var response = scene.Issue(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest));
        var token = TimestampResponse.TokenOf(response).ToArray();
        Assert.Equal(TimestampVerdict.Valid, new TimestampVerifier([Authority.Root])
            .Verify(token, UnitScene.Digest).Verdict);

        Assert.True(TimestampResponse.TokenOf((byte[])[.. response, 0]).IsEmpty);
        var tree = DerNode.Parse(response);
        tree.Children!.Add(new DerNode { Tag = 0x05 });
        Assert.True(TimestampResponse.TokenOf(tree.Encode()).IsEmpty);
        Assert.Throws<AsnContentException>(() => TimestampResponse.Decode(tree.Encode()));
        Assert.True(TimestampResponse.TokenOf(TimestampResponse.Refusal(TimestampFailure.BadRequest)).IsEmpty);
    }

    [Fact]
    public void A_response_has_a_token_when_it_is_granted_and_only_then()
    {
        byte[] token = [0x30, 0x00];
        foreach (var status in Enum.GetValues<TimestampPkiStatus>())
        {
            var isGranted = status is TimestampPkiStatus.Granted or TimestampPkiStatus.GrantedWithMods;
            var right = new TimestampResponse(status, default, "Why.", isGranted ? token : default);
            var wrong = right with { Token = isGranted ? default : token };

            Assert.Equal(right.Status, TimestampResponse.Decode(right.Encode()).Status);
            Assert.Throws<AsnContentException>(() => TimestampResponse.Decode(wrong.Encode()));
        }
    }

    /// <summary>Other authorities tell failures that are not told here, several at once, and several texts.</summary>
    [Theory]
    [InlineData("30053003020102", null, TimestampFailure.None)]
    [InlineData("300930070201020302 0520", null, TimestampFailure.BadRequest)]
    [InlineData("300C300A0201020305060080 0140", null, (TimestampFailure)((1 << 8) | (1 << 23) | (1 << 25)))]
    [InlineData("3011300F020102300A0C036162630C03646566", "abc", TimestampFailure.None)]
    public void Failures_and_texts_of_others_are_read(string hex, string? text, TimestampFailure failure)
    {
        var read = TimestampResponse.Decode(Octets(hex));

        Assert.Equal(
            (TimestampPkiStatus.Rejection, text, failure), (read.Status, read.Text, read.Failure));
    }

    /// <summary>
    /// An unknown status, one of 64 bits, a failure with trailing zeros, with more bits than there are, a text that is
    /// no UTF-8.
    /// </summary>
    [Theory]
    [InlineData("30053003020106")]
    [InlineData("300C300A02087FFFFFFFFFFFFFFF")]
    [InlineData("30093007020102030205 00")]
    [InlineData("300D300B0201020306002A00000001")]
    [InlineData("300B300902010230040C02C328")]
    public void What_is_no_status_is_refused(string hex)
        => Assert.Throws<AsnContentException>(() => TimestampResponse.Decode(Octets(hex)));

    private static byte[] Octets(string hex)
        => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
