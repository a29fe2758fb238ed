using System.Buffers;
using System.Security.Cryptography;
using Appliance.Storage.Chains;

namespace Appliance.Storage;

/// <summary>
/// The hash of an audit record: SHA-256 over the hash of the record before it in its chain and the record's columns, in
/// the order seq, at, event, outcome, signer, credential, activation, client, request, count, digest, detail, actor. Each
/// column is its length as four bytes, big-endian, -1 for NULL, and then its bytes: numbers are eight of them,
/// big-endian, ids the sixteen of RFC 9562, text is UTF-8. That is how PostgreSQL copies a row out, so that neither store
/// has to make strings to have its trail verified.
/// </summary>
public static class AuditHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = 32;

    private const int StackLimit = 1_024;

    private static readonly byte[] s_genesis = SHA256.HashData("appliance audit chain v1"u8);

    /// <summary>What stands for the hash before the first record of a chain.</summary>
    public static ReadOnlyMemory<byte> Genesis => s_genesis;

    /// <summary>The hash of a record that is encoded already.</summary>
    public static void Compute(
        ReadOnlySpan<byte> previous, ReadOnlySpan<byte> encoded, Span<byte> scratch, Span<byte> destination)
    {
        previous.CopyTo(scratch);
        encoded.CopyTo(scratch[Length..]);
        SHA256.HashData(scratch[..(Length + encoded.Length)], destination);
    }

    /// <summary>The hash of a record.</summary>
    /// <param name="previous">That of the record before it.</param>
    /// <param name="row">The record; its own hash plays no part.</param>
    public static byte[] Of(ReadOnlySpan<byte> previous, in AuditRow row)
    {
        var most = Length + AuditEncoding.MostBytes(row);
        var rented = most > StackLimit ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[StackLimit];
        previous.CopyTo(buffer);
        var used = Length + AuditEncoding.Write(row, buffer[Length..]);
        var hash = SHA256.HashData(buffer[..used]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }
}
