using System.Net;

namespace Appliance.Grpc.Tests.Support;

/// <summary>A body sent in parts, flushed one by one.</summary>
internal sealed class PartedContent(IReadOnlyList<byte[]> parts) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (var part in parts)
        {
            await stream.WriteAsync(part, CancellationToken.None);
            await stream.FlushAsync(CancellationToken.None);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
