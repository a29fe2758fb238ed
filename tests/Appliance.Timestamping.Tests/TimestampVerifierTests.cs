using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

public sealed class TimestampVerifierTests
{
    [Fact]
    public void A_token_of_a_trusted_unit_is_valid_also_without_certificates_in_it()
    {
        using var scene = new UnitScene();
        var token = Token(scene, certificates: false);

        Assert.Equal(
            TimestampVerdict.Valid,
            new TimestampVerifier([Authority.Root], [scene.Key.Certificate]).Verify(token, UnitScene.Digest).Verdict);
        Assert.Equal(
            TimestampVerdict.BadSignature,
            new TimestampVerifier([Authority.Root]).Verify(token, UnitScene.Digest).Verdict);
    }

    [Fact]
    public void Another_digest_and_another_nonce_are_told_apart()
    {
        using var scene = new UnitScene();
        var token = Token(scene);
        var verifier = new TimestampVerifier([Authority.Root]);

        Assert.Equal(TimestampVerdict.OtherDigest, verifier.Verify(token, new byte[32]).Verdict);
        Assert.Equal(TimestampVerdict.OtherNonce, verifier.Verify(token, UnitScene.Digest, [6]).Verdict);
        Assert.Equal(TimestampVerdict.Valid, verifier.Verify(token, UnitScene.Digest, [5]).Verdict);
    }

    [Fact]
    public void A_wrong_signature_is_refused()
    {
        using var scene = new UnitScene();
        var token = Token(scene);
        token[^1] ^= 1;

        Assert.Equal(
            TimestampVerdict.BadSignature,
            new TimestampVerifier([Authority.Root]).Verify(token, UnitScene.Digest).Verdict);
    }

    [Fact]
    public void A_stranger_s_root_is_not_enough()
    {
        using var scene = new UnitScene();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Authority.Root.SubjectName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var stranger = request.CreateSelfSigned(Authority.Born, Authority.Born.AddYears(20));

        var result = new TimestampVerifier([stranger]).Verify(Token(scene), UnitScene.Digest);

        Assert.Equal(TimestampVerdict.Untrusted, result.Verdict);
        Assert.Equal(scene.Key.Certificate.RawData, result.Signer!.RawData);
    }

    [Fact]
    public void What_is_no_token_is_malformed()
    {
        var verifier = new TimestampVerifier([Authority.Root]);

        Assert.Equal(TimestampVerdict.Malformed, verifier.Verify(new byte[] { 1, 2, 3 }, UnitScene.Digest).Verdict);
        Assert.Equal(TimestampVerdict.Malformed, verifier.Verify(default, UnitScene.Digest).Verdict);
    }

    [Fact]
    public void What_stands_behind_a_token_is_refused_and_so_is_one_without_end()
    {
        using var scene = new UnitScene();
        var verifier = new TimestampVerifier([Authority.Root]);
        var token = Token(scene);

        Assert.Equal(TimestampVerdict.Malformed, Verdict((byte[])[.. token, 0]));
        Assert.Equal(TimestampVerdict.Malformed, Verdict(new byte[TimestampToken.MaxLength + 1]));
        Assert.Equal(
            TimestampVerdict.Malformed,
            verifier.VerifyArchive(new byte[ArchiveTimestamp.MaxLength + 1], UnitScene.Digest).Verdict);

        TimestampVerdict Verdict(byte[] other) => verifier.Verify(other, UnitScene.Digest).Verdict;
    }

    /// <summary>RFC 5035 section 4: the hash of ESSCertIDv2 is any, and SHA-256 when it is left out.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void The_signers_certificate_may_be_bound_by_any_hash_and_must_be_bound(string? hash)
    {
        using var scene = new UnitScene();
        HashAlgorithmName? name = hash is null ? null : new HashAlgorithmName(hash);
        var forged = new ForgedToken(Token(scene));
        forged.UseCertificate(scene.Key.Certificate, name);
        Assert.Equal(TimestampVerdict.Valid, Verify(scene, forged).Verdict);

        // A second certificate of the same key and serial number, but not the one that is bound.
        var twin = new ForgedToken(Token(scene));
        twin.UseCertificate(scene.Key.Certificate, name);
        var bound = twin.Attributes.Children![2].Encode();
        twin.UseCertificate(Authority.Issue(scene.Key.Reference.SubjectPublicKeyInfo.Span, "Twin"), name);
        twin.Attributes.Children![2] = DerNode.Parse(bound);
        Assert.Equal(TimestampVerdict.BadSignature, Verify(scene, twin).Verdict);

        var unbound = new ForgedToken(Token(scene));
        unbound.Attributes.Children!.RemoveAt(2);
        Assert.Equal(TimestampVerdict.BadSignature, Verify(scene, unbound).Verdict);
    }

    [Fact]
    public void A_certificate_that_is_for_more_than_time_stamps_is_not_trusted()
    {
        using var scene = new UnitScene();
        var extensions = Authority.Usual();
        extensions[1] = new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.8"), new Oid("1.3.6.1.5.5.7.3.4")], critical: true);
        var forged = new ForgedToken(Token(scene));
        forged.UseCertificate(Authority.Issue(scene.Key.Reference.SubjectPublicKeyInfo.Span, "Both", extensions));

        var result = Verify(scene, forged);

        Assert.Equal(TimestampVerdict.Untrusted, result.Verdict);
        Assert.Contains("time-stamps alone", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_by_SHA_1_is_refused()
    {
        using var scene = new UnitScene(MemoryKey.Rsa2048);
        var forged = new ForgedToken(Token(scene));
        forged.UseDigest("1.3.14.3.2.26");

        var result = new TimestampVerifier([Authority.Root]).Verify(
            forged.Sign(scene.Key, HashAlgorithmName.SHA1), UnitScene.Digest);

        Assert.Equal(TimestampVerdict.BadSignature, result.Verdict);
        Assert.Contains("hash that is not trusted", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", TimestampVerdict.Valid)]
    [InlineData("010100", TimestampVerdict.Valid)]
    [InlineData("0101FF", TimestampVerdict.Malformed)]
    public void A_critical_extension_is_refused_since_none_is_known(string critical, TimestampVerdict expected)
    {
        using var scene = new UnitScene();
        var forged = new ForgedToken(Token(scene));
        byte[] extension = [0x06, 0x02, 0x2A, 0x03, .. Convert.FromHexString(critical), 0x04, 0x00];
        byte[] encoded = [0xA1, (byte)(extension.Length + 2), 0x30, (byte)extension.Length, .. extension];
        forged.Info.Children!.Add(DerNode.Parse(encoded));

        Assert.Equal(expected, Verify(scene, forged).Verdict);
    }

    /// <summary>SHA-256 says 32 octets; an authority that stamps 31 is none.</summary>
    [Fact]
    public void An_imprint_of_another_length_than_its_algorithm_has_is_malformed()
    {
        using var scene = new UnitScene();
        var forged = new ForgedToken(Token(scene));
        forged.Info.Children![2].Children![1].Contents = UnitScene.Digest[..31];

        var result = new TimestampVerifier([Authority.Root]).Verify(
            forged.Sign(scene.Key, scene.Unit.Scheme.HashAlgorithm), UnitScene.Digest.AsSpan(0, 31));

        Assert.Equal(TimestampVerdict.Malformed, result.Verdict);
    }

    /// <summary>A time that the certificate has not, up to the ends of the calendar.</summary>
    [Theory]
    [InlineData("00010101000000Z", TimestampVerdict.Untrusted)]
    [InlineData("99991231235959.999999Z", TimestampVerdict.Untrusted)]
    [InlineData("20251231235959Z", TimestampVerdict.Untrusted)]
    [InlineData("20260101000000Z", TimestampVerdict.Valid)]
    [InlineData("20261301000000Z", TimestampVerdict.Malformed)]
    [InlineData("20260101000060Z", TimestampVerdict.Malformed)]
    [InlineData("20260101000000.50Z", TimestampVerdict.Malformed)]
    [InlineData("20260101000000+0100", TimestampVerdict.Malformed)]
    public void A_time_is_DER_and_within_the_certificates(string time, TimestampVerdict expected)
    {
        using var scene = new UnitScene();
        var forged = new ForgedToken(Token(scene));
        forged.Info.Children![4].Contents = System.Text.Encoding.ASCII.GetBytes(time);

        Assert.Equal(expected, Verify(scene, forged).Verdict);
    }

    private static TimestampVerification Verify(UnitScene scene, ForgedToken forged)
        => new TimestampVerifier([Authority.Root]).Verify(
            forged.Sign(scene.Key, scene.Unit.Scheme.HashAlgorithm), UnitScene.Digest);

    private static byte[] Token(UnitScene scene, bool certificates = true)
        => TimestampResponse.TokenOf(scene.Issue(TimestampRequest.Create(
            HashAlgorithmName.SHA256, UnitScene.Digest, nonce: [5], certificates: certificates))).ToArray();
}
