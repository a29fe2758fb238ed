using Appliance.Storage;

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

    /// <summary>
    /// How long extensions may go on after the signer authorised: no SAD of the chain lives longer. At least
    /// <see cref="SadLifetime"/>; default 3,600 s.
    /// </summary>
    public TimeSpan ActivationLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The same for credentials that seal. Default one day.</summary>
    public TimeSpan SealActivationLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Most signatures of one TLS login: browsers open several connections. Default 8 (service-behaviours K8).
    /// </summary>
    public int TlsLoginSignatures { get; init; } = 8;

    /// <summary>How long a TLS login may take, at most 2 min, which is the default.</summary>
    public TimeSpan TlsLoginLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Most TLS logins of a signer on a day (UTC): they may cost nothing and name no hash. Default 50.
    /// </summary>
    public int TlsLoginsPerDay { get; init; } = 50;

    /// <summary>
    /// Most time stamps of a client on a day (UTC), where nothing is said of the client; 0 for no limit. Default 0.
    /// </summary>
    public int ClientTimestampsPerDay { get; init; }

    internal TimeSpan LifetimeOf(ExtensionPolicy policy)
        => policy == ExtensionPolicy.Seal ? SealActivationLifetime : ActivationLifetime;
}
