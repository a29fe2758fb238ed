using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>
/// Who calls, already authenticated by <c>Appliance.Identity</c>. Signing never validates tokens.
/// </summary>
/// <param name="SignerId">The signer that the service token belongs to; <see cref="Guid.Empty"/> for a client's
/// own.</param>
/// <param name="ClientId">The client application; <see cref="Guid.Empty"/> when a signer signed in by itself.</param>
/// <remarks>
/// A client that authenticated by itself (client_credentials, mutual TLS) has no signer: what it works on says whose
/// that is.
/// </remarks>
public readonly record struct Caller(Guid SignerId, Guid ClientId)
{
    /// <summary>What the caller may do at all; each credential and signer is looked at besides.</summary>
    public ClientOperations Operations { get; init; } = ClientOperations.Signer;

    /// <summary>
    /// How many time stamps the client may have on a day, as it was remembered: the row is asked when one is taken.
    /// </summary>
    public int TimestampsPerDay { get; init; } = ClientRow.AsSettingSays;

    /// <summary>True for a client that speaks for itself and not for a signer that signed in.</summary>
    public bool IsClient => SignerId == Guid.Empty && ClientId != Guid.Empty;
}
