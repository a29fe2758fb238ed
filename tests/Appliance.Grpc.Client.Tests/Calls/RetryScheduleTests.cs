using Appliance.Grpc.Client.Calls;

namespace Appliance.Grpc.Client.Tests.Calls;

public sealed class RetryScheduleTests
{
    private static readonly GrpcRetryPolicy s_policy = new() { MaxAttempts = int.MaxValue };

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(6, 3200)]
    [InlineData(7, 5000)]
    [InlineData(100_000, 5000)]
    public void The_longest_wait_doubles_up_to_its_limit(int attempts, int milliseconds)
        => Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds), RetrySchedule.Next(s_policy, Failure(), attempts, jitter: 1));

    [Fact]
    public void A_wait_is_never_nothing()
        => Assert.Equal(
            TimeSpan.FromMilliseconds(1), RetrySchedule.Next(s_policy, Failure(), attempts: 1, jitter: 1e-9));

    [Fact]
    public void The_jitter_fills_its_range()
    {
        var samples = Enumerable.Range(0, 1000).Select(_ => RetrySchedule.Jitter()).ToList();
        Assert.All(samples, sample => Assert.InRange(sample, double.Epsilon, 1));
        Assert.True(samples.Min() < 0.1);
        Assert.True(samples.Max() > 0.9);
    }

    [Fact]
    public void One_attempt_is_no_retry()
        => Assert.Null(RetrySchedule.Next(new GrpcRetryPolicy { MaxAttempts = 1 }, Failure(), attempts: 1, jitter: 1));

    [Fact]
    public void What_no_timer_can_measure_is_not_waited_for()
    {
        Assert.Null(RetrySchedule.Next(s_policy, Failure(TimeSpan.MaxValue), attempts: 1, jitter: 1));
        Assert.Null(RetrySchedule.Next(s_policy, Failure(TimeSpan.FromDays(50)), attempts: 1, jitter: 1));
        Assert.NotNull(RetrySchedule.Next(s_policy, Failure(TimeSpan.FromDays(49)), attempts: 1, jitter: 1));
        Assert.Equal(
            TimeSpan.FromMilliseconds(100),
            RetrySchedule.Next(s_policy, Failure(TimeSpan.FromDays(-1)), attempts: 1, jitter: 1));
    }

    [Fact]
    public void A_policy_that_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcRetryPolicy { MaxAttempts = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcRetryPolicy { InitialBackoff = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcRetryPolicy { MaxBackoff = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcRetryPolicy { BackoffMultiplier = 0.5 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcRetryPolicy { BackoffMultiplier = double.NaN });
    }

    private static GrpcStatusException Failure(TimeSpan? retryAfter = null)
        => new(GrpcStatusCode.Unavailable, "", retryAfter: retryAfter);
}
