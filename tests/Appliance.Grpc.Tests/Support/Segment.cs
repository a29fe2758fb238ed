using System.Buffers;

namespace Appliance.Grpc.Tests.Support;

/// <summary>Sequences of several segments.</summary>
internal sealed class Segment : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Join(params byte[][] parts)
    {
        var first = new Segment { Memory = parts[0] };
        var last = first;
        foreach (var part in parts[1..])
        {
            var next = new Segment { Memory = part, RunningIndex = last.RunningIndex + last.Memory.Length };
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
