namespace Appliance.Storage;

/// <summary>The requests that are being signed: as many rows as are in flight, and none when all is settled.</summary>
public abstract class ReservationTable
{
    /// <summary>Adds a request.</summary>
    /// <returns>Its number inside the store.</returns>
    public abstract long Insert(long incarnation, Guid requestId, Guid activationId, ReadOnlySpan<int> ordinals);

    /// <summary>Removes a settled request.</summary>
    public abstract void Delete(long sequence);

    /// <summary>What incarnations before this one left.</summary>
    public abstract IReadOnlyList<ReservationRow> ListBefore(long incarnation);
}
