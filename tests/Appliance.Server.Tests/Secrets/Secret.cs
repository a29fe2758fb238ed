namespace Appliance.Server.Tests.Secrets;

/// <summary>A value that must be nowhere.</summary>
/// <param name="Name">What it is, for the failure's message.</param>
/// <param name="Bytes">The value; a text's UTF-8.</param>
internal sealed record Secret(string Name, byte[] Bytes);
