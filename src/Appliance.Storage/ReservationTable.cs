namespace Appliance.Storage;

/// <summary>The requests that are being signed: as many rows as are in flight, and none when all is settled.</summary>
public abstract class ReservationTable
{
    /// <summary>Adds a request.</summary>
    /// <param name="incarnation">The run of a node that reserves it.</param>
    /// <param name="requestId">The request.</param>
    /// <param name="activationId">The activation it draws on.</param>
    /// <param name="ordinals">The occurrences it holds.</param>
    /// <param name="packageId">The package it has taken as many transactions from; null without one.</param>
    /// <returns>Its number inside the store.</returns>
    public abstract long Insert(
        long incarnation, Guid requestId, Guid activationId, ReadOnlySpan<int> ordinals, Guid? packageId);

    /// <summary>Removes a settled request.</summary>
    public abstract void Delete(long sequence);

    /// <summary>What incarnations before this one left.</summary>
    public abstract IReadOnlyList<ReservationRow> ListBefore(long incarnation);

    /// <summary>The activations that requests in flight draw on; those of many requests are there many times.</summary>
    public abstract IReadOnlyList<Guid> ListActivations();
}
