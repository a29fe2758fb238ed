namespace Appliance.Server.Options;

/// <summary>Activations.</summary>
internal sealed class SigningSettings
{
    /// <summary>Life of a SAD, 10 to 86,400 s. Default 3,600, what clients assume where expiresIn is missing.</summary>
    public int SadLifetimeSeconds { get; set; } = 3_600;
}
