using System.IO.Pipelines;
using System.Net;

namespace Appliance.Grpc.Tests.Support;

/// <summary>A body that its sender goes on writing while the answer comes.</summary>
internal sealed class PipedContent : HttpContent
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));

    /// <summary>A flush completes when the transport has taken what was written.</summary>
    public PipeWriter Writer => _pipe.Writer;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <summary>Ends when the server resets the stream, as every client's sending does.</summary>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await stream.FlushAsync(cancellationToken); // the headers
            ReadResult read;
            do
            {
                read = await _pipe.Reader.ReadAsync(cancellationToken);
                foreach (var segment in read.Buffer)
                {
                    await stream.WriteAsync(segment, cancellationToken);
                }

                await stream.FlushAsync(cancellationToken);
                _pipe.Reader.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        }
        finally
        {
            // Whoever waits to send must not wait for ever.
            await _pipe.Reader.CompleteAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
