using System.Buffers.Binary;

namespace Appliance.Storage;

/// <summary>The requests that are being signed: as many rows as are in flight, and none when all is settled.</summary>
public abstract class ReservationTable
{
    /// <summary>Adds a request.</summary>
    /// <param name="incarnation">The run of the node that reserves.</param>
    /// <param name="requestId">The request.</param>
    /// <param name="activationId">The activation that it draws on.</param>
    /// <param name="ordinals">The occurrences that it holds.</param>
    /// <param name="outcomeKey">Its row in <see cref="OutcomeTable"/>; null when it has none.</param>
    /// <param name="packageId">The package it has taken as many transactions from; null without one.</param>
    /// <returns>Its number inside the store.</returns>
    public abstract long Insert(
        long incarnation,
        Guid requestId,
        Guid activationId,
        ReadOnlySpan<int> ordinals,
        UInt128? outcomeKey = null,
        Guid? packageId = null);

    /// <summary>Removes a settled request.</summary>
    /// <returns>False when it was gone: somebody else has settled it.</returns>
    public abstract bool Delete(long sequence);

    /// <summary>A page of what an incarnation has in flight, or left when it died.</summary>
    public abstract IReadOnlyList<ReservationRow> List(long incarnation, int limit);

    /// <summary>The activations that requests in flight draw on; those of many requests are there many times.</summary>
    public abstract IReadOnlyList<Guid> ListActivations();

    internal static byte[] Pack(ReadOnlySpan<int> ordinals)
    {
        var bytes = new byte[ordinals.Length * sizeof(int)];
        for (var i = 0; i < ordinals.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * sizeof(int)), ordinals[i]);
        }

        return bytes;
    }

    internal static int[] Unpack(ReadOnlySpan<byte> bytes)
    {
        var ordinals = new int[bytes.Length / sizeof(int)];
        for (var i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(i * sizeof(int))..]);
        }

        return ordinals;
    }
}
