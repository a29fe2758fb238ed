using System.Buffers;
using System.IO.Compression;
using Appliance.Grpc.Wire;

namespace Appliance.Grpc.Tests.Wire;

public sealed class GzipMessageTests
{
    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 100)]
    [InlineData(16_384, 16_384)]
    [InlineData(200_000, 200_000)]
    public void A_message_within_the_limit_is_unpacked(int size, int limit)
    {
        var plain = new byte[size];
        plain.AsSpan().Fill(7);
        var (buffer, length, failure) = GzipMessage.Decompress(new ReadOnlySequence<byte>(Zip(plain)), limit);
        Assert.Null(failure);
        Assert.Equal(plain, buffer.AsSpan(0, length).ToArray());
        GzipMessage.Return(buffer!);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(101, 100)]
    [InlineData(16_385, 16_384)]
    [InlineData(200_001, 200_000)]
    public void One_byte_more_than_the_limit_is_refused(int size, int limit)
    {
        var zipped = new ReadOnlySequence<byte>(Zip(new byte[size]));
        Assert.Same(WireStatus.RequestTooLarge, GzipMessage.Decompress(zipped, limit).Failure);
    }

    [Fact]
    public void A_bomb_stops_at_the_limit()
    {
        var bomb = new ReadOnlySequence<byte>(Zip(new byte[50_000_000]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (buffer, _, failure) = GzipMessage.Decompress(bomb, 100_000);
        Assert.Null(buffer);
        Assert.Same(WireStatus.RequestTooLarge, failure);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void What_is_not_gzip_or_is_cut_off_is_refused()
    {
        var zipped = Zip([1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Same(WireStatus.MessageNotGzip, GzipMessage.Decompress(new([1, 2, 3, 4]), 100).Failure);
        Assert.Same(WireStatus.MessageNotGzip, GzipMessage.Decompress(new(zipped[..^9]), 100).Failure);
    }

    internal static byte[] Zip(byte[] plain)
    {
        using var target = new MemoryStream();
        using (var zip = new GZipStream(target, CompressionLevel.Fastest))
        {
            zip.Write(plain);
        }

        return target.ToArray();
    }
}
