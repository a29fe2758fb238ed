using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

    private static byte[] Token(UnitScene scene, bool certificates = true)
        => TimestampResponse.TokenOf(scene.Issue(TimestampRequest.Create(
            HashAlgorithmName.SHA256, UnitScene.Digest, nonce: [5], certificates: certificates))).ToArray();
}
