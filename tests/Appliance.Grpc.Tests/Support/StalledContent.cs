using System.Net;

namespace Appliance.Grpc.Tests.Support;

/// <summary>A body that begins and does not go on.</summary>
/// <param name="end">Ends it.</param>
/// <param name="beginning">What comes; null for a part of a frame.</param>
internal sealed class StalledContent(CancellationToken end, byte[]? beginning = null) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The server may say that it wants no more.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
        await stream.WriteAsync(beginning ?? [0, 0, 0], either.Token);
        await stream.FlushAsync(either.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
