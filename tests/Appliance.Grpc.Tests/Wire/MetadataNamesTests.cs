using Appliance.Grpc.Wire;

namespace Appliance.Grpc.Tests.Wire;

public sealed class MetadataNamesTests
{
    [Theory]
    [InlineData("AQID", new byte[] { 1, 2, 3 })]
    [InlineData("AQI=", new byte[] { 1, 2 })]
    [InlineData("AQI", new byte[] { 1, 2 })]
    [InlineData(" AQ ", new byte[] { 1 })]
    [InlineData("", new byte[0])]
    public void Base64_is_read_with_and_without_padding(string text, byte[] expected)
        => Assert.Equal(expected, MetadataNames.DecodeBinary(text));

    [Theory]
    [InlineData("A")]
    [InlineData("A*ID")]
    [InlineData("AQID-")]
    public void Other_text_is_not_base64(string text) => Assert.Null(MetadataNames.DecodeBinary(text));

    [Theory]
    [InlineData("X-Upper")]
    [InlineData("grpc-status")]
    [InlineData("content-length")]
    [InlineData("te")]
    [InlineData(":path")]
    [InlineData("with space")]
    public void Names_of_the_protocol_cannot_be_sent(string name)
        => Assert.Throws<ArgumentException>(() => MetadataNames.CheckSendable(name));

    [Theory]
    [InlineData("a\r\nb")]
    [InlineData("ü")]
    public void Text_values_are_visible_ASCII(string value)
        => Assert.Throws<ArgumentException>(() => MetadataNames.CheckText(value));
}
