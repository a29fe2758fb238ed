using Appliance.Grpc.Client.Wire;

namespace Appliance.Grpc.Client.Tests.Wire;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData(1, "1u")]
    [InlineData(10, "1u")]
    [InlineData(11, "2u")]
    [InlineData(10_000_000, "1000000u")]
    [InlineData(1_000_000_000, "100000m")]
    [InlineData(36_000_000_000, "3600000m")]
    [InlineData(8_640_000_000_000, "864000S")]
    [InlineData(long.MaxValue, "99999999H")]
    public void The_finest_unit_that_fits_in_eight_digits_is_used_rounded_up(long ticks, string expected)
        => Assert.Equal(expected, GrpcTimeout.Encode(new TimeSpan(ticks)));
}
