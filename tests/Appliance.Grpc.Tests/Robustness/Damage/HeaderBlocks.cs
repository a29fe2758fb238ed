using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>Header blocks in several frames.</summary>
internal static class HeaderBlocks
{
    /// <summary>HEADERS and CONTINUATION of that size each.</summary>
    public static void Add(CaseBuilder builder, uint stream, byte[] block, int size)
    {
        var type = Http2.Headers;
        do
        {
            var part = block[..Math.Min(size, block.Length)];
            block = block[part.Length..];
            builder.Add(type, block.Length == 0 ? Http2.EndHeaders : 0, stream, part);
            type = Http2.Continuation;
        }
        while (block.Length > 0);
    }
}
