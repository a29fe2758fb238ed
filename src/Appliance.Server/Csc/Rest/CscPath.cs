namespace Appliance.Server.Csc.Rest;

/// <summary>
/// Paths as clients build them: base URIs with a trailing slash give double ones (csc-api section 5.10).
/// </summary>
internal static class CscPath
{
    /// <summary>The path with single slashes and none at its end.</summary>
    public static string Normalize(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
        {
            path = path.Replace("//", "/", StringComparison.Ordinal);
        }

        return path.Length > 1 ? path.TrimEnd('/') : path;
    }
}
