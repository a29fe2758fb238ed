using System.Text;

namespace Appliance.Durability.Tests.Recordings;

/// <summary>One thing that the recorded process did.</summary>
/// <param name="Kind">What.</param>
/// <param name="Node">To which file or folder; they are numbered as they come into being, the root is 0.</param>
/// <param name="Number">The offset of a write, the size of a resize, the number of a sync.</param>
/// <param name="Data">The bytes of a write, the text of a mark, the path or paths of the rest.</param>
internal readonly record struct Operation(OperationKind Kind, int Node, long Number, ReadOnlyMemory<byte> Data)
{
    public string Text => Encoding.UTF8.GetString(Data.Span);
}
