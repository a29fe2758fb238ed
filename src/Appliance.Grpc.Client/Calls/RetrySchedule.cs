using System.Security.Cryptography;

namespace Appliance.Grpc.Client.Calls;

/// <summary>Whether and when a failed attempt is followed by another (gRFC A6).</summary>
internal static class RetrySchedule
{
    /// <param name="policy">The channel's.</param>
    /// <param name="failure">How the last attempt ended.</param>
    /// <param name="attempts">Attempts made so far.</param>
    /// <param name="jitter">Above 0, at most 1.</param>
    /// <returns>How long to wait, in whole milliseconds; null: no further attempt.</returns>
    public static TimeSpan? Next(GrpcRetryPolicy policy, GrpcStatusException failure, int attempts, double jitter)
    {
        if (failure.Code != GrpcStatusCode.Unavailable || attempts >= policy.MaxAttempts)
        {
            return null;
        }

        if (failure.Pushback is { } pushback)
        {
            return pushback < TimeSpan.Zero ? null : pushback;
        }

        var asked = failure.RetryAfter ?? TimeSpan.Zero;
        if (asked > Transport.LongestTimer - policy.MaxBackoff)
        {
            return null;
        }

        var cap = Math.Min(
            policy.InitialBackoff.TotalMilliseconds * Math.Pow(policy.BackoffMultiplier, attempts - 1),
            policy.MaxBackoff.TotalMilliseconds);
        var backoff = TimeSpan.FromMilliseconds(Math.Ceiling(cap * jitter));
        return asked > TimeSpan.Zero ? asked + backoff : backoff;
    }

    /// <summary>Above 0, at most 1.</summary>
    public static double Jitter()
    {
        const int Steps = 1 << 30;
        return (RandomNumberGenerator.GetInt32(Steps) + 1) / (double)Steps;
    }
}
