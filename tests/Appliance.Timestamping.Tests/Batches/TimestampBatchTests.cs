using System.Formats.Asn1;
using System.Security.Cryptography;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests.Batches;

public sealed class TimestampBatchTests
{
    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    [InlineData("SHA3-256")]
    public void Each_digest_of_a_batch_of_any_size_is_accepted_by_an_independent_verifier(string algorithm)
    {
        var name = new HashAlgorithmName(algorithm);
        using var scene = new UnitScene();
        var verifier = new TimestampVerifier([Authority.Root]);
        foreach (var size in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33])
        {
            var digests = Enumerable.Range(0, size)
                .Select(index => CryptographicOperations.HashData(name, BitConverter.GetBytes(index))).ToList();
            var batch = new TimestampBatch(name, digests);
            var token = Stamp(scene, name, batch.Root);
            foreach (var digest in digests)
            {
                var archive = batch.For(digest, token).Encode();

                Assert.True(Rfc4998Judge.Accepts(archive, digest));
                Assert.Equal(TimestampVerdict.Valid, verifier.VerifyArchive(archive, digest).Verdict);
                Assert.Equal(archive, ArchiveTimestamp.Decode(archive).Encode());
            }
        }
    }

    /// <summary>The form of Bouncy Castle: RFC 4998 section 4.2 hashes groups of several documents only.</summary>
    [Fact]
    public void A_first_list_of_one_hash_is_that_hash()
    {
        using var scene = new UnitScene();
        var digests = Enumerable.Range(0, 5).Select(index => SHA256.HashData([(byte)index])).ToList();
        var batch = new TimestampBatch(HashAlgorithmName.SHA256, digests);
        var archive = batch.For(digests[2], Stamp(scene, HashAlgorithmName.SHA256, batch.Root));
        var sibling = archive.ReducedTree[0].Single(hash => !hash.SequenceEqual(digests[2]));
        var split = archive with { ReducedTree = [[digests[2]], [sibling], .. archive.ReducedTree.Skip(1)] };

        Assert.Equal(batch.Root, split.FindRoot(digests[2]));
        Assert.Null(split.FindRoot(sibling));
        Assert.Equal(
            TimestampVerdict.Valid,
            new TimestampVerifier([Authority.Root]).VerifyArchive(split.Encode(), digests[2]).Verdict);
    }

    [Fact]
    public void An_evidence_record_holds_one_archive_time_stamp()
    {
        using var scene = new UnitScene();
        var batch = new TimestampBatch(HashAlgorithmName.SHA256, [UnitScene.Digest, new byte[32]]);
        var archive = batch.For(UnitScene.Digest, Stamp(scene, HashAlgorithmName.SHA256, batch.Root));
        var record = EvidenceRecord.Encode(archive);

        Assert.Equal(archive.Encode(), EvidenceRecord.Decode(record).ToArray());
        Assert.Throws<AsnContentException>(() => EvidenceRecord.Decode(archive.Encode()));
        Assert.Throws<AsnContentException>(() => EvidenceRecord.Decode(record.AsMemory(1)));
        Assert.Throws<AsnContentException>(() => EvidenceRecord.Decode((byte[])[.. record, 0]));
    }

    [Fact]
    public void Equal_digests_are_one_leaf()
    {
        using var scene = new UnitScene();
        byte[][] digests = [new byte[32], UnitScene.Digest, new byte[32], UnitScene.Digest, new byte[32]];
        var batch = new TimestampBatch(HashAlgorithmName.SHA256, digests);
        var token = Stamp(scene, HashAlgorithmName.SHA256, batch.Root);

        Assert.Equal(SHA256.HashData([.. new byte[32], .. UnitScene.Digest]), batch.Root);
        Assert.All(digests, digest => Assert.True(Rfc4998Judge.Accepts(batch.For(digest, token).Encode(), digest)));
    }

    [Fact]
    public void Another_digest_another_token_and_a_changed_tree_are_refused()
    {
        using var scene = new UnitScene();
        var verifier = new TimestampVerifier([Authority.Root]);
        var digests = Enumerable.Range(0, 8).Select(index => SHA256.HashData([(byte)index])).ToList();
        var batch = new TimestampBatch(HashAlgorithmName.SHA256, digests);
        var token = Stamp(scene, HashAlgorithmName.SHA256, batch.Root);
        var archive = batch.For(digests[3], token);

        Assert.Equal(TimestampVerdict.OtherDigest, verifier.VerifyArchive(archive.Encode(), digests[5]).Verdict);
        var other = archive with { Token = Stamp(scene, HashAlgorithmName.SHA256, new byte[32]) };
        Assert.Equal(TimestampVerdict.OtherDigest, verifier.VerifyArchive(other.Encode(), digests[3]).Verdict);
        var shorter = archive with { ReducedTree = [.. archive.ReducedTree.SkipLast(1)] };
        Assert.Equal(TimestampVerdict.OtherDigest, verifier.VerifyArchive(shorter.Encode(), digests[3]).Verdict);
        Assert.Equal(TimestampVerdict.Malformed, verifier.VerifyArchive(new byte[] { 0x30, 0 }, digests[3]).Verdict);
        Assert.Throws<KeyNotFoundException>(() => batch.For(new byte[32], token));
    }

    /// <summary>
    /// Without that a digest could be cut out of two neighbours: x, d, y with x + d + y the same octets as a + b.
    /// </summary>
    [Fact]
    public void Hashes_of_another_length_than_the_trees_are_refused()
    {
        using var scene = new UnitScene();
        // Cut at these places, the pieces have the order of octets that the two had.
        byte[] low = [.. Enumerable.Repeat((byte)1, 16), .. Enumerable.Repeat((byte)2, 16)];
        byte[] high = [.. Enumerable.Repeat((byte)3, 16), .. Enumerable.Repeat((byte)4, 16)];
        byte[] cut = [.. low[16..], .. high[..16]];
        var batch = new TimestampBatch(HashAlgorithmName.SHA256, [low, high]);
        var token = Stamp(scene, HashAlgorithmName.SHA256, batch.Root);
        var forged = new ArchiveTimestamp(HashAlgorithmName.SHA256, [[low[..16], cut, high[16..]]], token);
        Assert.Equal(batch.Root, forged.FindRoot(cut));

        var verifier = new TimestampVerifier([Authority.Root]);

        Assert.Equal(TimestampVerdict.Valid, verifier.VerifyArchive(batch.For(low, token).Encode(), low).Verdict);
        Assert.Equal(TimestampVerdict.Malformed, verifier.VerifyArchive(forged.Encode(), cut).Verdict);
    }

    /// <summary>digestAlgorithm is an AlgorithmIdentifier: with NULL or nothing, and nothing else.</summary>
    [Theory]
    [InlineData("", TimestampVerdict.Valid)]
    [InlineData("0500", TimestampVerdict.Valid)]
    [InlineData("020101", TimestampVerdict.Malformed)]
    [InlineData("05000500", TimestampVerdict.Malformed)]
    public void The_trees_algorithm_has_no_parameters(string parameters, TimestampVerdict expected)
    {
        using var scene = new UnitScene();
        var batch = new TimestampBatch(HashAlgorithmName.SHA256, [UnitScene.Digest, new byte[32]]);
        var tree = DerNode.Parse(
            batch.For(UnitScene.Digest, Stamp(scene, HashAlgorithmName.SHA256, batch.Root)).Encode());
        var octets = Convert.FromHexString(parameters);
        tree.Children![0].Children!.AddRange(octets.Length switch
        {
            0 => [],
            4 => [DerNode.Parse(octets[..2]), DerNode.Parse(octets[2..])],
            _ => [DerNode.Parse(octets)],
        });

        Assert.Equal(
            expected,
            new TimestampVerifier([Authority.Root]).VerifyArchive(tree.Encode(), UnitScene.Digest).Verdict);
    }

    [Fact]
    public void A_batch_has_digests_of_one_length()
    {
        Assert.Throws<ArgumentException>(() => new TimestampBatch(HashAlgorithmName.SHA256, []));
        Assert.Throws<ArgumentException>(() => new TimestampBatch(HashAlgorithmName.SHA256, [new byte[48]]));
        Assert.Throws<ArgumentException>(() => new TimestampBatch(HashAlgorithmName.SHA1, [new byte[20]]));
    }

    private static ReadOnlyMemory<byte> Stamp(UnitScene scene, HashAlgorithmName algorithm, byte[] root)
        => TimestampResponse.TokenOf(scene.Issue(TimestampRequest.Create(algorithm, root)));
}
