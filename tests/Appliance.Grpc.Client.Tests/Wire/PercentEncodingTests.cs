using Appliance.Grpc.Client.Wire;

namespace Appliance.Grpc.Client.Tests.Wire;

public sealed class PercentEncodingTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("100%25", "100%")]
    [InlineData("a%0D%0ab", "a\r\nb")]
    [InlineData("%E2%98%BA", "☺")]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%FF", "\ufffd")]
    public void What_is_not_percent_encoded_stays(string encoded, string expected)
        => Assert.Equal(expected, PercentEncoding.Decode(encoded));
}
