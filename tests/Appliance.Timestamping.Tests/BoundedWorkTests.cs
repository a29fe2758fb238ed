using System.Diagnostics;
using System.Security.Cryptography;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

/// <summary>
/// The worst that fits into the size that is looked at, from a stranger who signs what it likes: the work grows with
/// the size, not with its square.
/// </summary>
public sealed class BoundedWorkTests(ITestOutputHelper output)
{
    /// <summary>A hundred times what it takes; what is quadratic takes hours.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TimestampVerifier _verifier = new([Authority.Root]);

    [Theory]
    [InlineData("24 80")]
    [InlineData("30 80")]
    public void Nesting_without_lengths(string opening)
    {
        var open = Convert.FromHexString(opening.Replace(" ", "", StringComparison.Ordinal));
        const int Depth = (TimestampToken.MaxLength / 4) - 100;
        byte[] nested = [.. Enumerable.Repeat(open, Depth).SelectMany(octets => octets), .. new byte[2 * Depth]];
        byte[] data =
        [
            2, 1, 3, 0x31, 0, 0x30, 0x80, .. Der.EncodeOid("1.2.840.113549.1.9.16.1.4"), 0xA0, 0x80, .. nested,
            .. new byte[4], 0x31, 0,
        ];

        Check(nested, TimestampVerdict.Malformed);
        Check(
            [
                0x30, 0x80, .. Der.EncodeOid("1.2.840.113549.1.7.2"), 0xA0, 0x80, 0x30, 0x80, .. data,
                .. new byte[6],
            ],
            TimestampVerdict.Malformed);
    }

    [Fact]
    public void Certificates_attributes_and_digits_without_end()
    {
        using var scene = new UnitScene();
        var certificates = Forge(scene);
        certificates.Certificates.Children!.AddRange(Enumerable.Range(0, 2000).Select(number => DerNode.Parse(
            Authority.Issue(scene.Key.Reference.SubjectPublicKeyInfo.Span, $"No. {number}").RawData)));
        Check(Sign(scene, certificates), TimestampVerdict.Valid);

        var attributes = Forge(scene);
        attributes.Attributes.Children!.AddRange(Enumerable.Repeat(
            DerNode.Parse([0x30, 0x0A, 0x06, 0x04, 0x2A, 3, 4, 5, 0x31, 2, 5, 0]), 80_000));
        Check(Sign(scene, attributes), TimestampVerdict.Valid);

        var digits = Forge(scene);
        digits.Info.Children![3].Contents = [1, .. new byte[400_000]];
        digits.Info.Children![4].Contents =
            [.. "20260411000000."u8, .. Enumerable.Repeat((byte)'1', 600_000), (byte)'Z'];
        Check(Sign(scene, digits), TimestampVerdict.Valid);
    }

    [Fact]
    public void Trees_without_end()
    {
        using var scene = new UnitScene();
        var token = TimestampResponse.TokenOf(
            scene.Issue(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest)));
        var list = Enumerable.Range(0, 900).Select(number => SHA256.HashData(BitConverter.GetBytes(number))).ToList();
        var archive = new ArchiveTimestamp(
            HashAlgorithmName.SHA256,
            [[.. list, UnitScene.Digest], .. Enumerable.Repeat<IReadOnlyList<byte[]>>(list, 63)],
            token);
        var start = Stopwatch.GetTimestamp();

        Assert.Equal(
            TimestampVerdict.OtherDigest, _verifier.VerifyArchive(archive.Encode(), UnitScene.Digest).Verdict);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_patience);

        var longer = archive with { ReducedTree = [.. archive.ReducedTree, list] };
        Assert.Equal(
            TimestampVerdict.Malformed, _verifier.VerifyArchive(longer.Encode(), UnitScene.Digest).Verdict);
        var wider = archive with { ReducedTree = [[.. list, .. list]] };
        Assert.Equal(
            TimestampVerdict.Malformed, _verifier.VerifyArchive(wider.Encode(), UnitScene.Digest).Verdict);
    }

    private static ForgedToken Forge(UnitScene scene) => new(TimestampResponse.TokenOf(
        scene.Issue(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest))).ToArray());

    private static byte[] Sign(UnitScene scene, ForgedToken forged)
        => forged.Sign(scene.Key, scene.Unit.Scheme.HashAlgorithm);

    private void Check(byte[] token, TimestampVerdict expected)
    {
        Assert.InRange(token.Length, 800_000, TimestampToken.MaxLength);
        var start = Stopwatch.GetTimestamp();
        var result = _verifier.Verify(token, UnitScene.Digest);
        var took = Stopwatch.GetElapsedTime(start);

        output.WriteLine($"{token.Length} octets in {took.TotalMilliseconds:F0} ms: {result.Verdict}");
        Assert.Equal(expected, result.Verdict);
        Assert.InRange(took, TimeSpan.Zero, s_patience);
    }
}
