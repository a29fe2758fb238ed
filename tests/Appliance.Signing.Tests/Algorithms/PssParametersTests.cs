using System.Formats.Asn1;
using Appliance.Signing.Algorithms;

namespace Appliance.Signing.Tests.Algorithms;

public sealed class PssParametersTests
{
    private const string Sha1 = "1.3.14.3.2.26";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Sha3With256 = "2.16.840.1.101.3.4.2.8";
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";

    [Fact]
    public void What_pyHanko_sends_is_read()
    {
        // SEQUENCE { [0] sha256 NULL, [1] mgf1 sha256 NULL, [2] 32 }
        var der = Convert.FromBase64String(
            "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg");

        Assert.True(PssParameters.TryDecode(der, out var parameters));
        Assert.Equal(HashAlgorithm.Sha256, parameters.Hash);
        Assert.Equal(32, parameters.SaltLength);
    }

    [Fact]
    public void An_empty_sequence_means_SHA_1_and_is_refused()
        => Assert.False(PssParameters.TryDecode(new byte[] { 0x30, 0x00 }, out _));

    [Fact]
    public void The_salt_defaults_to_twenty()
    {
        Assert.True(PssParameters.TryDecode(Build(Sha256, Sha256, null, null), out var parameters));
        Assert.Equal(20, parameters.SaltLength);
    }

    [Theory]
    [InlineData(Sha1, Sha1, 20, null)]
    [InlineData(Sha256, Sha384, 32, null)]
    [InlineData(Sha256, null, 32, null)]
    [InlineData(null, Sha256, 32, null)]
    [InlineData(Sha256, Sha256, -1, null)]
    [InlineData(Sha256, Sha256, 65, null)]
    [InlineData(Sha256, Sha256, 32, 2)]
    [InlineData(Sha3With256, Sha3With256, 32, null)]
    public void Weak_or_contradictory_parameters_are_refused(string? hash, string? maskHash, int salt, int? trailer)
        => Assert.False(PssParameters.TryDecode(Build(hash, maskHash, salt, trailer), out _));

    [Fact]
    public void Every_truncation_and_any_tail_is_refused()
    {
        var der = Build(Sha256, Sha256, 32, 1);
        Assert.True(PssParameters.TryDecode(der, out _));
        for (var length = 0; length < der.Length; length++)
        {
            Assert.False(PssParameters.TryDecode(der.AsMemory(0, length), out _), $"length {length}");
        }

        Assert.False(PssParameters.TryDecode((byte[])[.. der, 0], out _));
    }

    private static byte[] Build(string? hash, string? maskHash, int? salt, int? trailer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (hash is not null)
            {
                using (writer.PushSequence(Tag(0)))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(hash);
                }
            }

            if (maskHash is not null)
            {
                using (writer.PushSequence(Tag(1)))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.1.8");
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(maskHash);
                        writer.WriteNull();
                    }
                }
            }

            WriteNumber(writer, 2, salt);
            WriteNumber(writer, 3, trailer);
        }

        return writer.Encode();
    }

    private static void WriteNumber(AsnWriter writer, int tag, int? value)
    {
        if (value is { } number)
        {
            using (writer.PushSequence(Tag(tag)))
            {
                writer.WriteInteger(number);
            }
        }
    }

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);
}
