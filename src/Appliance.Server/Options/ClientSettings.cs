namespace Appliance.Server.Options;

/// <summary>How client applications authenticate at oauth2/token (CSC 8.3.3).</summary>
internal sealed class ClientSettings
{
    /// <summary>Life of a client's access token, 60 to 86,400 s. Default 3,600.</summary>
    public int AccessTokenSeconds { get; set; } = 3_600;

    /// <summary>
    /// What the aud of a client's assertion (private_key_jwt) may be beside the URLs that follow from Info:OAuth2: our
    /// issuer or the token endpoint as clients know it. Default none.
    /// </summary>
    public IList<string> Audiences { get; set; } = [];

    /// <summary>How far ahead an assertion's exp may lie, 10 to 3,600 s. Default 300.</summary>
    public int AssertionSeconds { get; set; } = 300;

    /// <summary>How much a client's clock may differ, 0 to 300 s. Default 30.</summary>
    public int ClockSkewSeconds { get; set; } = 30;

    /// <summary>All that the aud of an assertion may be.</summary>
    public IReadOnlyList<string> AudiencesWith(InfoSettings info)
    {
        if (string.IsNullOrEmpty(info.OAuth2))
        {
            return [.. Audiences];
        }

        var root = info.OAuth2.TrimEnd('/');
        return [.. Audiences, root, root + "/", root + "/oauth2/token"];
    }
}
