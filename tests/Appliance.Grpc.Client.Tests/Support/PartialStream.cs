namespace Appliance.Grpc.Client.Tests.Support;

/// <summary>Gives at most so many bytes with each read, and counts.</summary>
internal sealed class PartialStream(byte[] content, int part) : MemoryStream(content)
{
    public int Reads { get; private set; }

    /// <summary>The largest room that a read offered, in bytes.</summary>
    public int LargestRoom { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Reads++;
        LargestRoom = Math.Max(LargestRoom, buffer.Length);
        return base.ReadAsync(buffer[..Math.Min(buffer.Length, part)], cancellationToken);
    }
}
