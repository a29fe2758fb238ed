namespace Appliance.Grpc.Client;

/// <summary>
/// When calls that carry a <see cref="GrpcCallOptions.RequestId"/> are tried again (gRFC A6): only after UNAVAILABLE,
/// only before a stream of responses has begun, and never past the deadline. The wait before attempt n + 1 is random
/// between zero and <see cref="InitialBackoff"/> * <see cref="BackoffMultiplier"/>^(n - 1), at most
/// <see cref="MaxBackoff"/>. What the server asks for goes first: its <c>grpc-retry-pushback-ms</c> replaces the wait
/// (negative: no further attempt), its google.rpc.RetryInfo is added to it.
/// </summary>
public sealed class GrpcRetryPolicy
{
    /// <summary>Attempts in all, the first included; 1 for no retry. Defaults to 5.</summary>
    public int MaxAttempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    = 5;

    /// <summary>Longest wait before the second attempt. Defaults to 100 ms.</summary>
    public TimeSpan InitialBackoff
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    }

    = TimeSpan.FromMilliseconds(100);

    /// <summary>What a wait never exceeds unless the server asks for more. Defaults to 5 s.</summary>
    public TimeSpan MaxBackoff
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    }

    = TimeSpan.FromSeconds(5);

    /// <summary>By how much the longest wait grows with each attempt; at least 1. Defaults to 2.</summary>
    public double BackoffMultiplier
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    = 2;
}
