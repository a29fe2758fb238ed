using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Appliance.Grpc.Calls;

/// <summary>The server's limit on request bodies, for calls whose own limit is larger.</summary>
internal static class BodyLimit
{
    /// <summary>Kestrel refuses longer bodies by default, bytes.</summary>
    public const int Default = 30_000_000;

    public static void Lift(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }
}
