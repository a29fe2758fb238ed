namespace Appliance.Load.Http2;

/// <summary>
/// What a <see cref="LeanConnection"/> sends and what becomes of the answers. All members are called on the
/// connection's thread; one workload may serve several connections only if it is made for that.
/// </summary>
public abstract class LeanWorkload
{
    /// <summary>Gives the next request.</summary>
    /// <param name="message">The encoded request message without the gRPC frame header; copied at once.</param>
    /// <param name="variant">Which of the connection's header variants to send; 0 when it has none.</param>
    /// <param name="tag">Comes back with the answer.</param>
    /// <returns>False when there is no more to send; the connection finishes what is in flight and returns.</returns>
    public abstract bool TryNext(out ReadOnlySpan<byte> message, out int variant, out long tag);

    /// <summary>Until the next request may be sent, in microseconds; 0 for at once, as in a closed loop.</summary>
    public virtual long MicrosecondsUntilNext => 0;

    /// <summary>The response message came (before its status). Valid during the call only.</summary>
    public virtual void OnMessage(long tag, ReadOnlySpan<byte> message)
    {
    }

    /// <summary>The call ended.</summary>
    /// <param name="tag">From <see cref="TryNext"/>.</param>
    /// <param name="grpcStatus">grpc-status; -1 when the stream was reset or ended without one.</param>
    /// <param name="text">grpc-message or the reason of the reset, as on the wire; null when 0.</param>
    /// <param name="elapsed">From queueing the request to its status, in Stopwatch ticks.</param>
    public abstract void OnEnd(long tag, int grpcStatus, string? text, long elapsed);
}
