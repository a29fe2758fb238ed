namespace Appliance.Server.Hosting.Peers;

/// <summary>A client's certificate that was accepted: kept with its TLS connection.</summary>
/// <param name="Der">The certificate.</param>
/// <param name="IsFromAuthority">See <see cref="PeerFacts.IsFromAuthority"/>.</param>
internal sealed record ShownCertificate(byte[] Der, bool IsFromAuthority);
