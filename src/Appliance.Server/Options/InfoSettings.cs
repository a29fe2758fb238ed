namespace Appliance.Server.Options;

/// <summary>What CSC info tells about the service (CSC 11.1).</summary>
internal sealed class InfoSettings
{
    /// <summary>At most 255 characters.</summary>
    public string Name { get; set; } = "Signing appliance";

    /// <summary>URI of a JPEG or PNG of at most 256 x 256 pixels.</summary>
    public string Logo { get; set; } = "https://localhost/logo.png";

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string Region { get; set; } = "RO";

    /// <summary>
    /// Base URI of the OAuth 2.0 server as clients reach it: oauth2/token follows it. Also what the aud of a client's
    /// assertion is measured by. Default: the address that the request for info was sent to, and no assertions.
    /// </summary>
    public string? OAuth2 { get; set; }

    /// <summary>RFC 5646.</summary>
    public string Lang { get; set; } = "en-US";

    /// <summary>At most 255 characters.</summary>
    public string Description { get; set; } = "Remote signing with keys in a hardware security module";
}
