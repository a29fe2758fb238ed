namespace Appliance.Storage;

/// <summary>What became of a request that carries an id. The numbers are stored.</summary>
public enum OutcomeState
{
    /// <summary>Its reservation is not settled yet.</summary>
    InFlight = 0,

    /// <summary>Signed; the signatures are kept.</summary>
    Done = 1,

    /// <summary>It may have been signed, and the signatures are lost.</summary>
    InDoubt = 2,
}
