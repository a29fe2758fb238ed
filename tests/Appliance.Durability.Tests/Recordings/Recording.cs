using System.Buffers.Binary;

namespace Appliance.Durability.Tests.Recordings;

/// <summary>What a process did to the files of a folder, in order.</summary>
internal static class Recording
{
    private const int HeaderLength = 24;

    /// <summary>Reads a record; one that was cut off in the middle ends before.</summary>
    public static IReadOnlyList<Operation> Read(ReadOnlyMemory<byte> bytes)
    {
        var operations = new List<Operation>();
        while (bytes.Length >= HeaderLength)
        {
            var header = bytes.Span[..HeaderLength];
            var length = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
            if (bytes.Length - HeaderLength < length)
            {
                break;
            }

            operations.Add(new Operation(
                (OperationKind)BinaryPrimitives.ReadInt32LittleEndian(header),
                BinaryPrimitives.ReadInt32LittleEndian(header[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
                bytes.Slice(HeaderLength, length)));
            bytes = bytes[(HeaderLength + length)..];
        }

        return operations;
    }
}
