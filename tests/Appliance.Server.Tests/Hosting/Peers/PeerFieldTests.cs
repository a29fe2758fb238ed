using Appliance.Server.Hosting.Peers;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>The fields by which proxies speak of clients, as raw text.</summary>
public sealed class PeerFieldTests
{
    [Theory]
    [InlineData(":AQID:", "010203")]
    [InlineData("  :AQID:  ", "010203")]
    [InlineData("::", "")]
    [InlineData(":AQ==:", "01")]
    [InlineData(":AQ:", "01")]
    [InlineData(":AQID:;a;b=1;c=\"x\\\"y:,\";d=?1;e=:AA==:", "010203")]
    [InlineData("AQID", null)]
    [InlineData(":AQID", null)]
    [InlineData("AQID:", null)]
    [InlineData(":AQI D:", null)]
    [InlineData(":AQ-D:", null)]
    [InlineData(":A:", null)]
    [InlineData(":A=QD:", null)]
    [InlineData(":AQ===:", null)]
    [InlineData(":AQID:;", null)]
    [InlineData(":AQID:;A=1", null)]
    [InlineData(":AQID:;a=", null)]
    [InlineData(":AQID:;a=\"x", null)]
    [InlineData(":AQID:, :AQID:", null)]
    [InlineData(":AQID: x", null)]
    [InlineData("\"AQID\"", null)]
    [InlineData("", null)]
    public void A_byte_sequence_is_read_or_refused(string text, string? hex)
    {
        var isRead = StructuredBytes.TryReadItem(text, out var value);

        Assert.Equal(hex is not null, isRead);
        Assert.True(!isRead || Convert.ToHexString(value!) == hex);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(":AQ==:", 1)]
    [InlineData(":AQ==:,:Ag==:\t, :Aw==:;x", 3)]
    [InlineData(":AQ==:,", -1)]
    [InlineData(",:AQ==:", -1)]
    [InlineData(":AQ==: :AQ==:", -1)]
    [InlineData(":AQ==:,:AQ==:,:AQ==:,:AQ==:", -1)]
    public void A_list_of_them_has_a_limit(string text, int count)
    {
        var isRead = StructuredBytes.TryReadList(text, 3, out var values);

        Assert.Equal(count >= 0, isRead);
        Assert.True(!isRead || values.Count == count);
    }

    [Theory]
    [InlineData("for=192.0.2.7", "192.0.2.7 ")]
    [InlineData("For=\"[2001:db8::7]:4711\";Proto=HTTPS;by=203.0.113.1", "2001:db8::7 True")]
    [InlineData("for=192.0.2.1, for=\"192.0.2.2:80\";proto=http", "192.0.2.1 |192.0.2.2 False")]
    [InlineData("for=unknown", " ")]
    [InlineData("for=_hidden;proto=https", " True")]
    [InlineData("for=\"_a,b\";by=x", " ")]
    [InlineData("proto=https", " True")]
    [InlineData("for=1", null)]
    [InlineData("for=1.2.3", null)]
    [InlineData("for=192.0.2.256", null)]
    [InlineData("for=2001:db8::7:x", null)]
    [InlineData("for=\"[192.0.2.7]\"", null)]
    [InlineData("for=192.0.2.7:", null)]
    [InlineData("for=192.0.2.7:123456", null)]
    [InlineData("for=192.0.2.7;for=192.0.2.8", null)]
    [InlineData("proto=ftp", null)]
    [InlineData("for", null)]
    [InlineData("", null)]
    [InlineData("for=192.0.2.7,", null)]
    [InlineData("for=\"192.0.2.7", null)]
    public void Forwarded_is_read_or_refused(string text, string? expected)
    {
        var isRead = ForwardedHops.TryReadForwarded(new StringValues(text), out var hops);

        Assert.Equal(expected is not null, isRead);
        Assert.True(!isRead || Show(hops) == expected, Show(hops));
    }

    [Theory]
    [InlineData("192.0.2.1, 2001:db8::7", "https", "192.0.2.1 |2001:db8::7 True")]
    [InlineData("192.0.2.1:99", null, "192.0.2.1 ")]
    [InlineData(null, "http", " False")]
    [InlineData(null, null, "")]
    [InlineData("192.0.2.1", "http, https", "192.0.2.1 True")]
    [InlineData("192.0.2.1,", null, null)]
    [InlineData("somebody", null, null)]
    [InlineData("192.0.2.1", "spdy", null)]
    public void The_older_headers_are_read_or_refused(string? addresses, string? protocol, string? expected)
    {
        var isRead = ForwardedHops.TryReadOlder(new StringValues(addresses), new StringValues(protocol), out var hops);

        Assert.Equal(expected is not null, isRead);
        Assert.True(!isRead || Show(hops) == expected, Show(hops));
    }

    [Fact]
    public void Hops_have_a_limit()
    {
        var many = string.Join(',', Enumerable.Repeat("for=192.0.2.7", 33));

        Assert.False(ForwardedHops.TryReadForwarded(new StringValues(many), out _));
        Assert.True(ForwardedHops.TryReadForwarded(new StringValues(many[..^14]), out _));
    }

    [Theory]
    [InlineData("10.1.0.0/16, 192.0.2.7 2001:db8::/48", "10.1.255.1", true)]
    [InlineData("10.1.0.0/16,192.0.2.7", "192.0.2.7", true)]
    [InlineData("10.1.0.0/16,192.0.2.7", "192.0.2.8", false)]
    [InlineData("10.1.0.0/16", "::ffff:10.1.0.1", true)]
    [InlineData("2001:db8::/48", "2001:db8:0:9::1", true)]
    [InlineData("2001:db8::/48", "10.1.0.1", false)]
    [InlineData("", "127.0.0.1", false)]
    public void Networks_know_their_addresses(string networks, string address, bool isIn)
    {
        Assert.True(PeerNetworks.TryParse(networks, out var parsed));
        Assert.Equal(isIn, parsed.Contains(System.Net.IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("10.1.0.0/33")]
    [InlineData("10.1.0.0/x")]
    [InlineData("proxy.example.com")]
    public void What_is_no_network_is_refused(string text) => Assert.False(PeerNetworks.TryParse(text, out _));

    private static string Show(List<ForwardedHop> hops)
        => string.Join('|', hops.Select(hop => $"{hop.Address} {hop.IsTls}"));
}
