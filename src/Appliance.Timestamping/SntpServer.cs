using System.Globalization;

namespace Appliance.Timestamping;

/// <summary>An NTP server. It must not smear leap seconds (RFC 8633 section 3.7.1).</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">UDP.</param>
public sealed record SntpServer(string Host, int Port = 123)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
