using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc;

/// <summary>Puts a <see cref="GrpcDispatcher"/> into a request pipeline.</summary>
public static class GrpcApplicationBuilderExtensions
{
    /// <summary>Serves gRPC from here on; requests that are not gRPC go on down the pipeline.</summary>
    /// <param name="app">
    /// The pipeline. Put this first: the path to a handler is then one lookup. A WebApplication with endpoints puts
    /// routing in front of everything, unless <c>UseRouting</c> is called by hand after this.
    /// </param>
    /// <param name="dispatcher">What serves; the caller disposes it.</param>
    /// <returns>The pipeline.</returns>
    public static IApplicationBuilder UseGrpc(this IApplicationBuilder app, GrpcDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(dispatcher);
        return app.Use(next =>
        {
            Task Serve(HttpContext http) => dispatcher.InvokeAsync(http, next);
            return Serve;
        });
    }
}
