using System.Formats.Asn1;
using System.Security.Cryptography;
using Appliance.Pkcs11.Schemes;

namespace Appliance.Pkcs11.Tests.Schemes;

public sealed class EcdsaSignatureTests
{
    [Fact]
    public void The_signature_of_rfc_6979_for_sample_becomes_minimal_der()
    {
        // RFC 6979 appendix A.2.5: P-256, SHA-256, message "sample". Both numbers have their top bit set.
        var plain = Convert.FromHexString(
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
            + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
        Assert.Equal(
            "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            + "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
            Convert.ToHexStringLower(EcdsaSignature.ToDer(plain)));
    }

    [Theory]
    [InlineData("0000000000000000", "3006020100020100")]
    [InlineData("0000000100000080", "300702010102020080")]
    [InlineData("007fffff00800000", "300b02037fffff020400800000")]
    [InlineData("ffffffff00000001", "300a020500ffffffff020101")]
    public void Numbers_are_as_short_as_they_can_be(string plain, string der)
        => Assert.Equal(der, Convert.ToHexStringLower(EcdsaSignature.ToDer(Convert.FromHexString(plain))));

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    [InlineData(66)]
    public void It_agrees_with_the_platforms_writer_and_goes_back(int half)
    {
        var plain = new byte[2 * half];
        var back = new byte[2 * half];
        for (var round = 0; round < 2000; round++)
        {
            RandomNumberGenerator.Fill(plain);
            plain.AsSpan(0, round % half).Clear();
            plain.AsSpan(half, round * 7 % half).Clear();
            var der = EcdsaSignature.ToDer(plain);

            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteIntegerUnsigned(Trim(plain.AsSpan(0, half)));
                writer.WriteIntegerUnsigned(Trim(plain.AsSpan(half)));
            }

            Assert.Equal(writer.Encode(), der);
            Assert.True(EcdsaSignature.TryToPlain(der, back));
            Assert.Equal(plain, back);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("3006020100")]
    [InlineData("300602010002010000")]
    [InlineData("30080201000201000500")]
    [InlineData("300a020500ffffffff020101")]
    public void What_is_not_a_signature_of_the_curve_does_not_go_back(string der)
        => Assert.False(EcdsaSignature.TryToPlain(Convert.FromHexString(der), new byte[6]));

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> number)
    {
        var first = number.IndexOfAnyExcept((byte)0);
        return first < 0 ? number[^1..] : number[first..];
    }
}
