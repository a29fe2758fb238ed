using Google.Protobuf;

namespace Appliance.Grpc.Services;

/// <summary>A file of the served contracts, ready to be sent.</summary>
/// <param name="index">Its place among all of them.</param>
/// <param name="content">google.protobuf.FileDescriptorProto, serialised.</param>
internal sealed class ReflectionFile(int index, ByteString content)
{
    public int Index { get; } = index;

    public ByteString Content { get; } = content;

    /// <summary>What it imports, directly and indirectly, the nearer first; without itself.</summary>
    public IReadOnlyList<ReflectionFile> Imports { get; set; } = [];
}
