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

    /// <summary>Makes an activation void; nothing is left of it.</summary>
    public abstract void Close(long sequence);

    /// <summary>Counts the occurrences of one activation, or of all, which reads every activation.</summary>
    public abstract ActivationTally Tally(Guid? id = null);
}
