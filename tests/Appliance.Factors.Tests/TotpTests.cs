using System.Globalization;
using System.Text;

namespace Appliance.Factors.Tests;

public sealed class TotpTests
{
    private const string Digits = "1234567890";

    /// <summary>RFC 4226 appendix D: counter, the 31-bit value before the modulus, the HOTP value.</summary>
    public static TheoryData<long, long, string> Rfc4226AppendixD { get; } = new()
    {
        { 0, 1284755224, "755224" },
        { 1, 1094287082, "287082" },
        { 2, 137359152, "359152" },
        { 3, 1726969429, "969429" },
        { 4, 1640338314, "338314" },
        { 5, 868254676, "254676" },
        { 6, 1918287922, "287922" },
        { 7, 82162583, "162583" },
        { 8, 673399871, "399871" },
        { 9, 645520489, "520489" },
    };

    /// <summary>RFC 6238 appendix B: seconds, code by SHA-1, SHA-256, SHA-512.</summary>
    public static TheoryData<long, string, string, string> Rfc6238AppendixB { get; } = new()
    {
        { 59, "94287082", "46119246", "90693936" },
        { 1111111109, "07081804", "68084774", "25091201" },
        { 1111111111, "14050471", "67062674", "99943326" },
        { 1234567890, "89005924", "91819424", "93441116" },
        { 2000000000, "69279037", "90698825", "38618901" },
        { 20000000000, "65353130", "77737706", "47863826" },
    };

    [Theory]
    [MemberData(nameof(Rfc4226AppendixD))]
    public void Gives_the_HOTP_values_of_RFC_4226_appendix_D(long counter, long truncated, string value)
    {
        Assert.Equal(value, Totp.Code(TotpAlgorithm.Sha1, Secret(20), counter));
        Assert.Equal(Last(truncated, 7), Totp.Code(TotpAlgorithm.Sha1, Secret(20), counter, 7));
        Assert.Equal(Last(truncated, 8), Totp.Code(TotpAlgorithm.Sha1, Secret(20), counter, 8));
    }

    [Theory]
    [MemberData(nameof(Rfc6238AppendixB))]
    public void Gives_the_TOTP_values_of_RFC_6238_appendix_B(long seconds, string sha1, string sha256, string sha512)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);

        Assert.Equal(sha1, Totp.Code(TotpAlgorithm.Sha1, Secret(20), at, 8, 30));
        Assert.Equal(sha256, Totp.Code(TotpAlgorithm.Sha256, Secret(32), at, 8, 30));
        Assert.Equal(sha512, Totp.Code(TotpAlgorithm.Sha512, Secret(64), at, 8, 30));
    }

    [Fact]
    public void A_step_begins_at_a_whole_period()
    {
        Assert.Equal(0, Totp.Step(DateTimeOffset.FromUnixTimeSeconds(29), 30));
        Assert.Equal(1, Totp.Step(DateTimeOffset.FromUnixTimeSeconds(30), 30));
        Assert.Equal(1, Totp.Step(DateTimeOffset.FromUnixTimeSeconds(60), 60));
    }

    [Theory]
    [InlineData(5, 30)]
    [InlineData(9, 30)]
    [InlineData(6, 0)]
    [InlineData(6, -30)]
    public void Digits_and_period_outside_their_range_are_refused(int digits, int period)
        => Assert.Throws<ArgumentOutOfRangeException>(
            () => Totp.Code(TotpAlgorithm.Sha1, Secret(20), DateTimeOffset.UnixEpoch, digits, period));

    [Fact]
    public void An_unknown_algorithm_is_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => Totp.Code((TotpAlgorithm)9, Secret(20), 0L));

    private static string Last(long value, int digits)
        => value.ToString("D10", CultureInfo.InvariantCulture)[^digits..];

    private static byte[] Secret(int length)
        => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Digits, 7))[..length]);
}
