namespace Appliance.Storage;

/// <summary>
/// The results of requests that carry an id: in flight, with signatures, or in doubt. Every row is reached by its key,
/// but for those that expire.
/// </summary>
public abstract class OutcomeTable
{
    /// <summary>Adds a request in flight.</summary>
    /// <param name="key">Of signer, client and the request's id.</param>
    /// <param name="fingerprint">Over what is asked for.</param>
    /// <param name="requestId">The request, as in the audit trail.</param>
    /// <param name="expiresAt">Unix milliseconds; kept at least until then.</param>
    /// <exception cref="StoreException">
    /// There is one of this key (<see cref="StoreFailure.Constraint"/>).
    /// </exception>
    public abstract void Insert(UInt128 key, UInt128 fingerprint, Guid requestId, long expiresAt);

    /// <summary>The request of this key, or null. It may have expired.</summary>
    public abstract OutcomeRow? Find(UInt128 key);

    /// <summary>Keeps the signatures of a request that was in flight.</summary>
    /// <param name="key">As for <see cref="Insert"/>.</param>
    /// <param name="mac">Over the row and the signatures.</param>
    /// <param name="signatures">In the ledger's encoding.</param>
    public abstract void Complete(UInt128 key, UInt128 mac, ReadOnlySpan<byte> signatures);

    /// <summary>Notes that nobody can tell what became of a request that was in flight.</summary>
    public abstract void SetInDoubt(UInt128 key);

    /// <summary>Forgets a request.</summary>
    public abstract void Delete(UInt128 key);

    /// <summary>Forgets requests whose time is over, those that are over longest first; never one in flight.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limit">Most rows.</param>
    /// <returns>How many were forgotten: fewer than the limit when none is left.</returns>
    public abstract int DeleteExpired(long now, int limit);
}
