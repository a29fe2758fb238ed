using Appliance.Grpc;
using Appliance.Server.Hosting;
using Microsoft.AspNetCore.Http;

namespace Appliance.Server.Tests.Hosting;

public sealed class HealthTests
{
    [Theory]
    [InlineData("/healthz/ready", true, false, 200)]
    [InlineData("/healthz/ready", false, false, 503)]
    [InlineData("/healthz/ready", true, true, 503)]
    [InlineData("/healthz/live", false, true, 200)]
    public async Task Ready_is_what_can_sign_and_does_not_stop(string path, bool canSign, bool stops, int status)
    {
        var health = new Health(() => canSign, () => null);
        if (stops)
        {
            health.Drain();
        }

        var http = new DefaultHttpContext();
        http.Request.Method = "GET";
        http.Request.Path = path;
        Assert.True(health.TryHandle(http, out var handled));
        await handled;
        Assert.Equal(status, http.Response.StatusCode);
    }

    [Fact]
    public async Task What_is_in_the_stores_way_is_told()
    {
        string? obstacle = "the store is away";
        var health = new Health(() => true, () => obstacle);

        Assert.Contains("the store is away", await ReadyAsync(503), StringComparison.Ordinal);
        obstacle = null;
        await ReadyAsync(200);

        async Task<string> ReadyAsync(int status)
        {
            var http = new DefaultHttpContext();
            await using var body = new MemoryStream();
            http.Response.Body = body;
            http.Request.Method = "GET";
            http.Request.Path = "/healthz/ready";
            Assert.True(health.TryHandle(http, out var handled));
            await handled;
            Assert.Equal(status, http.Response.StatusCode);
            return System.Text.Encoding.UTF8.GetString(body.ToArray());
        }
    }

    [Fact]
    public void Watchers_over_gRPC_are_served_every_second()
    {
        var asked = 0;
        var time = new TimerOnly();
        var health = new Health(() => ++asked > 0, () => null);
        health.Map(new GrpcMethods());
        var before = asked;
        using var timer = health.StartTelling(time);
        Assert.Equal(TimeSpan.FromSeconds(1), time.Period);
        Assert.Equal(before, asked);

        time.Tick!();
        Assert.NotEqual(before, asked);
    }

    /// <summary>A clock whose one timer is fired by hand.</summary>
    private sealed class TimerOnly : TimeProvider
    {
        public Action? Tick { get; private set; }

        public TimeSpan Period { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Tick = () => callback(state);
            Period = period;
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
