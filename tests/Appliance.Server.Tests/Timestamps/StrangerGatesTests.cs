using System.Net;
using Appliance.Server.Timestamps;

namespace Appliance.Server.Tests.Timestamps;

public sealed class StrangerGatesTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void Each_address_has_its_own_limit_and_an_IPv6_network_has_one()
    {
        var gates = new StrangerGates(1, _time);

        Assert.True(TryEnter(gates, "192.0.2.1"));
        Assert.False(TryEnter(gates, "192.0.2.1"));
        Assert.False(TryEnter(gates, "::ffff:192.0.2.1"));
        Assert.True(TryEnter(gates, "192.0.2.2"));
        Assert.True(TryEnter(gates, "2001:db8:0:1::1"));
        Assert.False(TryEnter(gates, "2001:db8:0:1::2"));
        Assert.True(TryEnter(gates, "2001:db8:0:2::1"));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(TryEnter(gates, "192.0.2.1"));
    }

    [Fact]
    public void Who_has_no_address_shares_one_limit()
    {
        var gates = new StrangerGates(1, _time);

        Assert.True(gates.Of(null).TryEnter(out _));
        Assert.False(gates.Of(null).TryEnter(out _));
    }

    [Fact]
    public void A_flood_of_addresses_fills_no_memory_and_gives_nobody_a_fresh_limit()
    {
        var gates = new StrangerGates(1, _time);
        for (var i = 0; i < StrangerGates.MostAddresses; i++)
        {
            Assert.True(TryEnter(gates, $"10.0.{i / 256}.{i % 256}"));
        }

        // All others are one.
        Assert.True(TryEnter(gates, "192.0.2.1"));
        Assert.False(TryEnter(gates, "192.0.2.2"));
        Assert.False(TryEnter(gates, "10.0.0.0"));
        Assert.Equal(StrangerGates.MostAddresses, gates.Count);

        // Who rests is forgotten, and those who did not are not.
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(TryEnter(gates, "10.0.0.1"));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(TryEnter(gates, "192.0.2.3"));
        Assert.Equal(2, gates.Count);
    }

    private static bool TryEnter(StrangerGates gates, string address)
    {
        var gate = gates.Of(IPAddress.Parse(address));
        var entered = gate.TryEnter(out _);
        if (entered)
        {
            gate.Leave();
        }

        return entered;
    }

    /// <summary>A clock that measures nothing but the steps of the test.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
