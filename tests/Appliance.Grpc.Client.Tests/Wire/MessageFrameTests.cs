using Appliance.Grpc.Client.Tests.Protos;
using Appliance.Grpc.Client.Tests.Support;
using Appliance.Grpc.Client.Wire;
using Google.Protobuf;

namespace Appliance.Grpc.Client.Tests.Wire;

public sealed class MessageFrameTests
{
    private static readonly Note s_note = new() { Number = 3, Payload = ByteString.CopyFrom(new byte[5000]) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_frame_is_flag_length_and_message(bool pooled)
    {
        var frame = MessageFrame.Encode(s_note, compress: false, pooled);
        Assert.Equal(RawGrpc.Frame(s_note), frame.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_packed_frame_has_the_flag_and_its_packed_length(bool pooled)
    {
        var frame = MessageFrame.Encode(s_note, compress: true, pooled);
        Assert.Equal(RawGrpc.Frame(RawGrpc.Gzip(s_note.ToByteArray()), flag: 1), frame.ToArray());
        Assert.Equal(new byte[5], MessageFrame.Encode(new Note(), compress: true, pooled).ToArray());
    }

    [Fact]
    public void A_message_larger_than_an_array_is_RESOURCE_EXHAUSTED()
    {
        Func<int>[] sizes =
            [() => int.MaxValue, () => Array.MaxLength - 4, () => -1, () => throw new OverflowException()];
        foreach (var size in sizes)
        {
            var failure = Assert.Throws<GrpcStatusException>(
                () => MessageFrame.Encode(new SizedMessage(size), compress: false, pooled: true));
            Assert.Equal(GrpcStatusCode.ResourceExhausted, failure.Code);
        }
    }
}
