using System.Net;

namespace Appliance.Grpc.Tests.Support;

/// <summary>A body that begins and does not go on.</summary>
internal sealed class StalledContent(CancellationToken end) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(new byte[] { 0, 0, 0 }, end);
        await stream.FlushAsync(end);
        await Task.Delay(Timeout.InfiniteTimeSpan, end);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
