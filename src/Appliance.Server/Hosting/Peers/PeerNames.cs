namespace Appliance.Server.Hosting.Peers;

/// <summary>The settings' words.</summary>
internal static class PeerNames
{
    private static readonly char[] s_separators = [',', ' '];

    public static bool TryReadProxyProtocol(string? text, out ProxyProtocolMode mode)
    {
        mode = text switch
        {
            "off" => ProxyProtocolMode.Off,
            "optional" => ProxyProtocolMode.Optional,
            "required" => ProxyProtocolMode.Required,
            _ => (ProxyProtocolMode)(-1),
        };
        return mode >= 0;
    }

    public static bool TryReadRevocation(string? text, out RevocationPolicy policy)
    {
        policy = text switch
        {
            "off" => RevocationPolicy.Off,
            "when-known" => RevocationPolicy.WhenKnown,
            "required" => RevocationPolicy.Required,
            _ => (RevocationPolicy)(-1),
        };
        return policy >= 0;
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
