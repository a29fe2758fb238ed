namespace Appliance.Storage;

/// <summary>The activations and the states of their hash occurrences.</summary>
public abstract class ActivationTable
{
    /// <summary>Adds an activation, all its occurrences authorised.</summary>
    /// <returns>Its number inside the store.</returns>
    public abstract long Insert(ActivationRow row);

    /// <summary>The activation with this id, or null.</summary>
    public abstract ActivationRow? Find(Guid id);

    /// <summary>Reads an activation together with the present state of its credential and signer.</summary>
    /// <param name="id">The activation.</param>
    /// <param name="states">Filled with the states of its occurrences.</param>
    /// <param name="check">What was read.</param>
    /// <returns>False when there is no such activation.</returns>
    public abstract bool TryCheck(Guid id, OccurrenceStates states, out ActivationCheck check);

    /// <summary>Reads what changes in an activation.</summary>
    /// <returns>False when there is no such activation.</returns>
    public abstract bool TryReadStates(
        Guid id, OccurrenceStates states, out long sequence, out int remaining, out int scal);

    /// <summary>Writes what is left and the states of the occurrences.</summary>
    /// <exception cref="StoreException">
    /// Less than nothing would be left (<see cref="StoreFailure.Constraint"/>).
    /// </exception>
    public abstract void Update(long sequence, int remaining, OccurrenceStates states);

    /// <summary>Gives an open activation another end, and the MAC that covers it.</summary>
    public abstract void Prolong(long sequence, long expiresAt, UInt128 mac);

    /// <summary>Opens a staged activation.</summary>
    public abstract void Open(long sequence, long expiresAt, long authorisedAt, UInt128 mac);

    /// <summary>How many activations of a signer are staged and not expired.</summary>
    public abstract int CountStaged(Guid signerId, long now);

    /// <summary>Activations in the order of their ends.</summary>
    /// <param name="before">Those that ended before, Unix milliseconds.</param>
    /// <param name="after">The last of the page before; default for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public abstract IReadOnlyList<ExpiredActivation> ListExpired(
        long before, (long ExpiresAt, long Sequence) after, int limit);

    /// <summary>Removes the states of an activation that lie in segments.</summary>
    /// <returns>How many segments, at most <paramref name="limit"/>.</returns>
    public abstract int DeleteSegments(long sequence, int limit);

    /// <summary>Removes an activation of which nothing else is left.</summary>
    public abstract void Delete(long sequence);

    /// <summary>Makes an activation void; nothing is left of it.</summary>
    public abstract void Close(long sequence);

    /// <summary>
    /// Voids all that a signer has open or is filling. Looks at every activation that has not expired: for rare,
    /// administrative use.
    /// </summary>
    /// <param name="signerId">Whose.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <returns>How many.</returns>
    public abstract int CloseOfSigner(Guid signerId, long now);

    /// <summary>Counts the occurrences of one activation, or of all, which reads every activation.</summary>
    public abstract ActivationTally Tally(Guid? id = null);

    /// <summary>Reads a segment of states; all authorised where there is none.</summary>
    internal abstract void ReadSegment(long sequence, int segment, Span<byte> bits);
}
