namespace Appliance.Crash.Tests.Clients;

/// <summary>A time stamp that a client got.</summary>
/// <param name="Unit">Who was asked.</param>
/// <param name="Digest">What was asked for.</param>
/// <param name="Token">DER.</param>
internal sealed record ReceivedToken(string Unit, byte[] Digest, byte[] Token);
