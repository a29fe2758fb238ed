namespace Appliance.Server.Admin.Wire;

/// <summary>A stream whose bytes leave as frames of one kind; a writer in front of it buffers.</summary>
internal sealed class FrameOutput(FrameStream frames, FrameKind kind) : Stream
{
    private const int LargestPiece = 64 * 1024;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var piece = Math.Min(buffer.Length, LargestPiece);
            frames.Write(kind, buffer[..piece]);
            buffer = buffer[piece..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is kept here.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
