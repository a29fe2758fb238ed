using Appliance.Pkcs11.Sessions;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Against simulated tokens, in simulated time.</summary>
public sealed class ConcurrencyLimitTests
{
    private readonly ManualTime _time = new();
    private readonly ConcurrencyLimit _limit;
    private readonly SimulatedToken _token;

    public ConcurrencyLimitTests()
    {
        _limit = new ConcurrencyLimit(64, _time);
        _token = new SimulatedToken(_limit, _time);
    }

    [Fact]
    public void Eight_at_once_of_two_milliseconds_are_found_within_ten_seconds_and_followed_to_four_and_back()
    {
        Run(10);
        AssertStays(8 - 2, 8 + 2);

        _token.Parallel = 4;
        Run(10);
        AssertStays(4 - 1, 4 + 2);

        _token.Parallel = 8;
        Run(10);
        AssertStays(8 - 2, 8 + 2);
    }

    [Fact]
    public void A_token_that_is_two_processors_keeps_both_busy()
    {
        _token.Parallel = 2;
        _token.Each = TimeSpan.FromMicroseconds(470);
        _token.Noise = 0.3;
        Run(20);
        var before = _token.Signatures;
        Run(20);

        // 4,255 a second are all there are; looking around costs a little of it.
        Assert.InRange(_token.Signatures - before, 20 * 4_255 * 0.93, 20 * 4_255 * 1.02);
        Assert.InRange(_limit.Value, 1, 5);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Noise_does_not_lead_astray(double noise)
    {
        _token.Noise = noise;
        Run(20);
        for (var i = 0; i < 20; i++)
        {
            Run(10);
            Assert.InRange(_token.Limits.Average(), 6, 12);
        }
    }

    [Fact]
    public void A_token_that_gets_slower_without_a_queue_is_not_too_busy()
    {
        _token.Parallel = 64;
        Run(10);
        var before = _token.Limits.Average();
        _token.Each *= 2;
        Run(10);
        _token.Each *= 2;
        Run(20);

        Assert.InRange(before, 56, 64);
        Assert.InRange(_token.Limits.Average(), 56, 64);
    }

    [Fact]
    public void Light_load_teaches_nothing()
    {
        _token.IsSaturated = false;
        Run(60);

        Assert.Equal(64, _limit.Value);
    }

    [Fact]
    public void One_at_a_time_is_the_least()
    {
        _token.Parallel = 1;
        Run(40);

        Assert.InRange(_token.Limits[^1_000..].Average(), 1, 2.5);
        Assert.All(_token.Limits, value => Assert.InRange(value, 1, 64));
    }

    private void Run(double seconds) => _token.Run(TimeSpan.FromSeconds(seconds));

    /// <summary>It looks around all the time, but stays where it is.</summary>
    private void AssertStays(int least, int most)
    {
        Run(5);
        Assert.InRange(_token.Limits.Average(), least, most);
    }
}
