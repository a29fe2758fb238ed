namespace Appliance.Signing;

/// <summary>What an operator decides about activations.</summary>
public sealed class SigningOptions
{
    /// <summary>
    /// How long a SAD lives. Default 3,600 s: what CSC clients assume when expiresIn is missing (4.3).
    /// </summary>
    public TimeSpan SadLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long the signatures of a request that carries an id are kept, at least, to be delivered again. Default 24 h.
    /// </summary>
    public TimeSpan OutcomeLifetime { get; init; } = TimeSpan.FromHours(24);
}
