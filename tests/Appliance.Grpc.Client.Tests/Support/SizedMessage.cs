using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Client.Tests.Support;

/// <summary>A message that claims a size, which nobody has the memory to make.</summary>
internal sealed class SizedMessage(Func<int> size) : IMessage
{
    public MessageDescriptor Descriptor => throw new NotSupportedException();

    public int CalculateSize() => size();

    public void MergeFrom(CodedInputStream input) => throw new NotSupportedException();

    public void WriteTo(CodedOutputStream output) => throw new NotSupportedException();
}
