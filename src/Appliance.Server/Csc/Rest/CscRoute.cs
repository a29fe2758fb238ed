namespace Appliance.Server.Csc.Rest;

/// <summary>What serves a path.</summary>
/// <param name="Version">The version that the path is of.</param>
/// <param name="Method">The method's name, e.g. signatures/signHash.</param>
/// <param name="Serve">Answers a POST; null for a method of the standard that is not implemented.</param>
internal sealed record CscRoute(CscVersion Version, string Method, Func<HttpContext, CscRoute, ValueTask>? Serve);
