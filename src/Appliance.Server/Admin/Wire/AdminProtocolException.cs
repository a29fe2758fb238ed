namespace Appliance.Server.Admin.Wire;

/// <summary>The other end of the admin socket does not keep to the protocol; the connection ends.</summary>
internal sealed class AdminProtocolException(string message) : Exception(message);
