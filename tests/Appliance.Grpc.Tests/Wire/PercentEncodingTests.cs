using Appliance.Grpc.Wire;

namespace Appliance.Grpc.Tests.Wire;

public sealed class PercentEncodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text, 0-9 ~!\"#$&'", "plain text, 0-9 ~!\"#$&'")]
    [InlineData("100%", "100%25")]
    [InlineData("%41", "%2541")]
    [InlineData("a\r\nb\tc", "a%0D%0Ab%09c")]
    [InlineData("\u007f", "%7F")]
    [InlineData("ü", "%C3%BC")]
    [InlineData("☺", "%E2%98%BA")]
    [InlineData("😈", "%F0%9F%98%88")]
    [InlineData(
        "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n",
        "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP %F0%9F%98%88%09%0A")]
    public void Bytes_outside_visible_ASCII_and_the_percent_sign_are_encoded(string text, string encoded)
        => Assert.Equal(encoded, PercentEncoding.Encode(text));

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character()
        => Assert.Equal("%EF%BF%BD", PercentEncoding.Encode("\ud83d"));
}
