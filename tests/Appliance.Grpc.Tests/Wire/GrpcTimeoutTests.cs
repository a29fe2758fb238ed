using Appliance.Grpc.Wire;

namespace Appliance.Grpc.Tests.Wire;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("601n", 7)]
    [InlineData("1n", 1)]
    [InlineData("0S", 0)]
    [InlineData("00000001S", 10_000_000)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    [InlineData("99999999n", 1_000_000)]
    public void Every_unit_is_read_and_rounds_up(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("1S ")]
    [InlineData("1 S")]
    [InlineData("123456789S")]
    [InlineData("١S")]
    [InlineData("0x1S")]
    public void What_the_grammar_does_not_allow_is_refused(string text)
        => Assert.False(GrpcTimeout.TryParse(text, out _));
}
