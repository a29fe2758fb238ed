using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Hosting.Peers;

namespace Appliance.Server.Options;

/// <summary>The rules of the settings that say whom to believe who is on the other end.</summary>
internal static class PeerRules
{
    public static void Check(ListenSettings listen, bool hasTls, List<string> errors)
    {
        CheckProxies(listen, errors);
        if (listen.ClientCertificates is not ("off" or "optional" or "required"))
        {
            errors.Add("Listen:ClientCertificates: must be off, optional or required.");
        }
        else if (listen.ClientCertificates != "off" && !hasTls)
        {
            errors.Add(
                "Listen:ClientCertificates: needs an https address; behind a proxy that does TLS, leave it off.");
        }

        if (!PeerNames.TryReadRevocation(listen.ClientCertificateRevocation, out _))
        {
            errors.Add("Listen:ClientCertificateRevocation: must be off, when-known or required.");
        }

        if (!string.IsNullOrEmpty(listen.ClientCertificateAuthorities)
            && Fault(listen.ClientCertificateAuthorities) is { } fault)
        {
            errors.Add($"Listen:ClientCertificateAuthorities: {fault}");
        }
    }

    private static void CheckProxies(ListenSettings listen, List<string> errors)
    {
        if (!PeerNetworks.TryParse(listen.Proxies, out var proxies))
        {
            errors.Add("Listen:Proxies: must be networks or addresses, such as 10.1.0.0/16, 192.0.2.7, 2001:db8::/48.");
        }

        if (!PeerNames.TryReadProxyProtocol(listen.ProxyProtocol, out var mode))
        {
            errors.Add("Listen:ProxyProtocol: must be off, optional or required.");
        }

        if (!PeerNames.TryReadHeaders(listen.ProxyHeaders, out var headers))
        {
            errors.Add("Listen:ProxyHeaders: knows client-cert, forwarded and x-forwarded.");
        }
        else if (headers.HasFlag(ProxyHeaders.Forwarded | ProxyHeaders.XForwarded))
        {
            errors.Add("Listen:ProxyHeaders: take forwarded or x-forwarded; of two, a client would write the other.");
        }

        if (proxies is { IsEmpty: true }
            && (mode != ProxyProtocolMode.Off || headers != ProxyHeaders.None || listen.ProxyTls))
        {
            errors.Add(
                "Listen:Proxies: name the proxies that Listen:ProxyProtocol, ProxyHeaders and ProxyTls are about.");
        }

        if (listen.ProxyHeaderSeconds is < 1 or > 60)
        {
            errors.Add($"Listen:ProxyHeaderSeconds: must be 1 to 60, not {listen.ProxyHeaderSeconds}.");
        }
    }

    private static string? Fault(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count == 0 ? $"there is no certificate in {path}." : null;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read as PEM: {error.Message}";
        }
    }
}
