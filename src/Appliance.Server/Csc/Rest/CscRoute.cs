namespace Appliance.Server.Csc.Rest;

/// <summary>What serves a path.</summary>
/// <param name="Version">The version that the path is of.</param>
/// <param name="Method">The method's name, e.g. signatures/signHash.</param>
/// <param name="Serve">Answers a POST; null for a method of the standard that is not implemented.</param>
/// <param name="AdmitsItself">True when Serve takes its place among the calls in work, not whoever calls it.</param>
internal sealed record CscRoute(
    CscVersion Version, string Method, Func<HttpContext, CscRoute, ValueTask>? Serve, bool AdmitsItself = false)
{
    /// <summary>Where it is served; /csc/ and its version unless it is our own.</summary>
    public string Path { get; init; } = $"/csc/{(Version == CscVersion.V1 ? "v1" : "v2")}/{Method}";
}
