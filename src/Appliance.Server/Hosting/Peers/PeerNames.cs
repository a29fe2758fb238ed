namespace Appliance.Server.Hosting.Peers;

/// <summary>The settings' words.</summary>
internal static class PeerNames
{
    private static readonly char[] s_separators = [',', ' '];

    public static bool TryReadProxyProtocol(string? text, out ProxyProtocolMode mode)
    {
        (mode, var isKnown) = text switch
        {
            "off" => (ProxyProtocolMode.Off, true),
            "optional" => (ProxyProtocolMode.Optional, true),
            "required" => (ProxyProtocolMode.Required, true),
            _ => (ProxyProtocolMode.Off, false),
        };
        return isKnown;
    }

    public static bool TryReadRevocation(string? text, out RevocationPolicy policy)
    {
        (policy, var isKnown) = text switch
        {
            "off" => (RevocationPolicy.Off, true),
            "when-known" => (RevocationPolicy.WhenKnown, true),
            "required" => (RevocationPolicy.Required, true),
            _ => (RevocationPolicy.Off, false),
        };
        return isKnown;
    }

    /// <summary>Names separated by commas or spaces.</summary>
    public static bool TryReadHeaders(string? text, out ProxyHeaders headers)
    {
        headers = ProxyHeaders.None;
        foreach (var name in (text ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            var header = name switch
            {
                "client-cert" => ProxyHeaders.ClientCert,
                "forwarded" => ProxyHeaders.Forwarded,
                "x-forwarded" => ProxyHeaders.XForwarded,
                _ => ProxyHeaders.None,
            };
            if (header == ProxyHeaders.None)
            {
                return false;
            }

            headers |= header;
        }

        return true;
    }
}
