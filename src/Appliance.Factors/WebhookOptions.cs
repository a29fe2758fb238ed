using System.Security.Cryptography.X509Certificates;

namespace Appliance.Factors;

/// <summary>Where <see cref="WebhookTransport"/> posts, and how it signs.</summary>
public sealed record WebhookOptions
{
    /// <summary>Where to; https, or http to this machine.</summary>
    public required Uri Url { get; init; }

    /// <summary>
    /// Reads the secrets to sign with, newest first; called for each request, so that they are changed while the node
    /// runs. See <see cref="WebhookTransport.ReadSecrets"/>.
    /// </summary>
    public required Func<IReadOnlyList<byte[]>> Secrets { get; init; }

    /// <summary>What short messages name as their sender; null for the other end's choice.</summary>
    public string? SmsSender { get; init; }

    /// <summary>CAs that alone may have issued the other end's certificate; null for the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }
}
