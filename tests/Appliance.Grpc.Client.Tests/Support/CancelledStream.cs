namespace Appliance.Grpc.Client.Tests.Support;

/// <summary>A request body as the transport gives it after it cancelled the request: writes fail with the reason.
/// </summary>
internal sealed class CancelledStream : MemoryStream
{
    public const string Reason = "The server reset the stream.";

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => cancellationToken.IsCancellationRequested
            ? ValueTask.FromException(new IOException(Reason))
            : base.WriteAsync(buffer, cancellationToken);
}
