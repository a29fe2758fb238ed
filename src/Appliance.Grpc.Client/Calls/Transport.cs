namespace Appliance.Grpc.Client.Calls;

/// <summary>What all calls of a channel share.</summary>
/// <param name="Http">Sends requests.</param>
/// <param name="Address">Of the server.</param>
/// <param name="MaxReceiveMessageSize">In bytes.</param>
/// <param name="Retry">When a call is tried again.</param>
/// <param name="Time">Measures deadlines and waits.</param>
/// <param name="Closed">Cancelled when the channel is disposed.</param>
internal sealed record Transport(
    HttpMessageInvoker Http,
    Uri Address,
    int MaxReceiveMessageSize,
    GrpcRetryPolicy Retry,
    TimeProvider Time,
    CancellationToken Closed)
{
    /// <summary>What a timer can measure.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1L);
}
