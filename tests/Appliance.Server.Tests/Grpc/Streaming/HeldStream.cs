using System.Net;
using System.Net.Http.Headers;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>A request body that is written bit by bit until it is ended.</summary>
internal sealed class HeldStream : HttpContent
{
    private readonly TaskCompletionSource<Stream> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HeldStream()
    {
        Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
    }

    /// <summary>The body, once the request is on its way.</summary>
    public Task<Stream> Open => _open.Task;

    public void End() => _ended.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _open.TrySetResult(stream);
        await stream.FlushAsync(cancellationToken);
        await _ended.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
