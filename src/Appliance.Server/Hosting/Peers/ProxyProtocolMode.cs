namespace Appliance.Server.Hosting.Peers;

/// <summary>What configured proxies begin their connections with.</summary>
internal enum ProxyProtocolMode
{
    /// <summary>Never with a PROXY header.</summary>
    Off,

    /// <summary>With one or without.</summary>
    Optional,

    /// <summary>Always with one.</summary>
    Required,
}
