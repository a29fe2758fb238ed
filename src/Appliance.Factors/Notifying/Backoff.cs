using System.Security.Cryptography;

namespace Appliance.Factors.Notifying;

/// <summary>When a message is tried again.</summary>
internal static class Backoff
{
    private const int JitterSteps = 1_000;

    /// <summary>
    /// Doubles from the first pause to the longest; up to a fifth is taken off at random, so that what failed together
    /// does not come back together. What the other end asked for is the least, an hour at most.
    /// </summary>
    /// <param name="options">The pauses.</param>
    /// <param name="attempts">Tries that failed, this one too.</param>
    /// <param name="retryAfter">What the other end asked for.</param>
    public static TimeSpan After(NotifierOptions options, int attempts, TimeSpan? retryAfter)
    {
        var doubled = options.FirstPause.TotalMilliseconds * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        var pause = Math.Min(doubled, options.LongestPause.TotalMilliseconds);
        var jittered = pause * (1 - (0.2 * RandomNumberGenerator.GetInt32(JitterSteps) / JitterSteps));
        var asked = Math.Min(retryAfter?.TotalMilliseconds ?? 0, TimeSpan.FromHours(1).TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Max(jittered, asked));
    }
}
