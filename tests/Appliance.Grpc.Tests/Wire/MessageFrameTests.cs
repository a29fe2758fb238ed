using System.Buffers;
using Appliance.Grpc.Tests.Support;
using Appliance.Grpc.Wire;

namespace Appliance.Grpc.Tests.Wire;

public sealed class MessageFrameTests
{
    private const int Max = 100;

    private static readonly byte[] s_payload = [1, 2, 3, 4];

    [Fact]
    public void A_message_is_found_however_its_header_is_split()
    {
        var frame = RawCall.Frame(s_payload, flag: 1);
        for (var first = 0; first <= frame.Length; first++)
        {
            for (var second = first; second <= frame.Length; second++)
            {
                var body = Segment.Join(frame[..first], frame[first..second], frame[second..]);
                var step = MessageFrame.ReadSingle(
                    body, true, Max, out var payload, out var compressed, out var failure);
                Assert.Equal(FrameStep.Complete, step);
                Assert.Equal(s_payload, payload.ToArray());
                Assert.True(compressed);
                Assert.Null(failure);
            }
        }
    }

    [Fact]
    public void Every_prefix_needs_more_until_the_body_ends_there()
    {
        var frame = RawCall.Frame(s_payload);
        for (var length = 0; length <= frame.Length; length++)
        {
            var body = new ReadOnlySequence<byte>(frame, 0, length);
            Assert.Equal(FrameStep.NeedMore, MessageFrame.ReadSingle(body, false, Max, out _, out _, out _));
            var step = MessageFrame.ReadSingle(body, true, Max, out _, out _, out var failure);
            var expected = length == 0 ? WireStatus.MessageMissing
                : length < frame.Length ? WireStatus.MessageTruncated
                : null;
            Assert.Equal(expected is null ? FrameStep.Complete : FrameStep.Failed, step);
            Assert.Same(expected, failure);
        }
    }

    [Fact]
    public void What_cannot_become_valid_fails_before_the_rest_has_come()
    {
        Assert.Same(WireStatus.FlagInvalid, FailureOf([2, 0, 0, 0, 1]));
        Assert.Same(WireStatus.RequestTooLarge, FailureOf([0, 0, 0, 0, Max + 1]));
        Assert.Same(WireStatus.RequestTooLarge, FailureOf([0, 0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.Same(WireStatus.MessageExtra, FailureOf([.. RawCall.Frame(s_payload), 0]));
    }

    [Fact]
    public void The_largest_message_is_taken()
        => Assert.Equal(
            FrameStep.Complete,
            MessageFrame.ReadSingle(
                new ReadOnlySequence<byte>(RawCall.Frame(new byte[Max])), true, Max, out _, out _, out _));

    private static GrpcStatus? FailureOf(byte[] body)
    {
        Assert.Equal(
            FrameStep.Failed,
            MessageFrame.ReadSingle(new ReadOnlySequence<byte>(body), false, Max, out _, out _, out var failure));
        return failure;
    }
}
