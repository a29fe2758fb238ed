using System.Security.Cryptography;
using Appliance.Factors.Secrets;

namespace Appliance.Factors.Codes;

/// <summary>
/// One field of a row, sealed under a key of its own that comes from the row key; the caller's binding is associated
/// data.
/// </summary>
internal static class FieldSeal
{
    internal static byte[] Seal(
        ReadOnlyMemory<byte> key, RowHashKind use, ReadOnlySpan<byte> clear, ReadOnlySpan<byte> binding)
    {
        var derived = Derive(key, use);
        try
        {
            return Sealed.Seal(derived, clear, binding);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>The field, or null when it is not ours.</summary>
    internal static byte[]? Open(
        ReadOnlyMemory<byte> key, RowHashKind use, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> binding)
    {
        var derived = Derive(key, use);
        try
        {
            return Sealed.Open(derived, stored, binding);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static byte[] Derive(ReadOnlyMemory<byte> key, RowHashKind use)
    {
        using var hash = new RowHash(key, use);
        return hash.Value();
    }
}
