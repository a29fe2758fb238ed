namespace Appliance.Storage;

/// <summary>
/// The rows that a transaction is going to look at. A store behind a network locks and reads them together before the
/// first piece of work is applied, in ascending order, so that two transactions never wait for each other in a circle.
/// A row that is not announced is found all the same, with a round trip of its own.
/// </summary>
public sealed class StoreKeys
{
    internal HashSet<Guid> Activations { get; } = [];

    internal HashSet<long> Reservations { get; } = [];

    internal HashSet<UInt128> Outcomes { get; } = [];

    internal HashSet<Guid> Signers { get; } = [];

    internal HashSet<Guid> Clients { get; } = [];

    internal HashSet<Guid> Packages { get; } = [];

    internal HashSet<Guid> MeteredCredentials { get; } = [];

    internal HashSet<Guid> TimestampQuotas { get; } = [];

    internal HashSet<Guid> SignerStates { get; } = [];

    internal List<(Guid Activation, byte[] Hash)> Hashes { get; } = [];

    /// <summary>An activation to check and change.</summary>
    public void AddActivation(Guid id) => Activations.Add(id);

    /// <summary>The occurrences of a hash under an activation.</summary>
    public void AddHash(Guid activationId, byte[] hash) => Hashes.Add((activationId, hash));

    /// <summary>A reservation that is settled.</summary>
    public void AddReservation(long sequence) => Reservations.Add(sequence);

    /// <summary>The record of a request that carries an id.</summary>
    public void AddOutcome(UInt128 key) => Outcomes.Add(key);

    /// <summary>A signer whose factors, codes, links or PIN are tried or changed.</summary>
    public void AddSigner(Guid id) => Signers.Add(id);

    /// <summary>
    /// A client whose standing is looked at: not changed until the transaction has ended. Empty for none.
    /// </summary>
    public void AddClient(Guid id)
    {
        if (id != Guid.Empty)
        {
            Clients.Add(id);
        }
    }

    /// <summary>A signer whose state is looked at: not changed until the transaction has ended.</summary>
    public void AddSignerState(Guid id) => SignerStates.Add(id);

    /// <summary>A client whose time stamps are counted.</summary>
    public void AddTimestampQuota(Guid clientId) => TimestampQuotas.Add(clientId);

    /// <summary>A package to which something is given back.</summary>
    public void AddPackage(Guid id) => Packages.Add(id);

    /// <summary>A credential whose active package is drawn on.</summary>
    public void AddPackageOf(Guid credentialId) => MeteredCredentials.Add(credentialId);

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Activations.Clear();
        Reservations.Clear();
        Outcomes.Clear();
        Signers.Clear();
        Clients.Clear();
        Hashes.Clear();
        Packages.Clear();
        MeteredCredentials.Clear();
        TimestampQuotas.Clear();
        SignerStates.Clear();
    }
}
