namespace Appliance.Server.Hosting.Peers;

/// <summary>What the first bytes of a connection are.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>They may become a PROXY header; more is needed.</summary>
    NeedMore,

    /// <summary>Something else: TLS, HTTP.</summary>
    None,

    /// <summary>A whole header.</summary>
    Whole,

    /// <summary>A header that is none of version 2, is broken or too long.</summary>
    Malformed,
}
