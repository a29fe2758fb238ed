namespace Appliance.Storage;

/// <summary>The packages. A reservation reads and writes one row of it, by which many callers may go at once.</summary>
public abstract class PackageTable
{
    /// <summary>Adds a package.</summary>
    /// <exception cref="StoreException">
    /// The credential has an active one (<see cref="StoreFailure.Constraint"/>).
    /// </exception>
    public abstract void Insert(in PackageRow row);

    /// <summary>The package with this id.</summary>
    public abstract bool TryFind(Guid id, out PackageRow row);

    /// <summary>The active package of a credential.</summary>
    public abstract bool TryFindActive(Guid credentialId, out PackageRow row);

    /// <summary>All packages of a credential, oldest first, at most 1,000.</summary>
    public abstract IReadOnlyList<PackageRow> List(Guid credentialId);

    /// <summary>Takes transactions.</summary>
    /// <exception cref="StoreException">There are not as many (<see cref="StoreFailure.Constraint"/>).</exception>
    public abstract void Take(Guid id, int count);

    /// <summary>Gives back transactions that were taken.</summary>
    public abstract void GiveBack(Guid id, int count);

    /// <summary>Remembers which threshold was told.</summary>
    public abstract void SetTold(Guid id, int percent);

    /// <summary>Writes everything but id, credential, start of validity and time of creation.</summary>
    public abstract void Update(in PackageRow row);
}
