using System.Diagnostics;
using Appliance.Load.Http2;

namespace Appliance.Load.Echo;

/// <summary>The same message for a while.</summary>
internal sealed class EchoWorkload(byte[] message, TimeSpan duration, bool bare) : LeanWorkload
{
    private readonly long _end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);

    private long _messages;

    public long Calls { get; private set; }

    public long Failures { get; private set; }

    public override bool TryNext(out ReadOnlySpan<byte> request, out int variant, out long tag)
    {
        request = message;
        variant = 0;
        tag = 0;
        return Stopwatch.GetTimestamp() < _end;
    }

    public override void OnMessage(long tag, ReadOnlySpan<byte> response)
    {
        _messages++;
        if (!response.SequenceEqual(message))
        {
            Failures++;
        }
    }

    public override void OnEnd(long tag, int grpcStatus, string? text, long elapsed)
    {
        Calls++;
        if ((grpcStatus != 0 && !bare) || _messages < Calls)
        {
            Failures++;
        }
    }
}
