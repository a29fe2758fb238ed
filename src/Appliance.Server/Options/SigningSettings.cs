namespace Appliance.Server.Options;

/// <summary>Activations.</summary>
internal sealed class SigningSettings
{
    /// <summary>Life of a SAD, 10 to 86,400 s. Default 3,600, what clients assume where expiresIn is missing.</summary>
    public int SadLifetimeSeconds { get; set; } = 3_600;

    /// <summary>
    /// How long extensions may go on after the signer authorised, 10 to 86,400 s; never shorter than one SAD lives.
    /// Default 3,600.
    /// </summary>
    public int ActivationLifetimeSeconds { get; set; } = 3_600;

    /// <summary>
    /// The same for credentials that seal, 10 to 31,536,000 s. Default 86,400, one day.
    /// </summary>
    public int SealActivationLifetimeSeconds { get; set; } = 86_400;

    /// <summary>
    /// How long the signatures of a request with an id are kept to be delivered again, 1 to 168 h. Default 24.
    /// </summary>
    public int OutcomeHours { get; set; } = 24;
}
