using System.Text.Json;
using Appliance.Pkcs11;

namespace Appliance.Server.Hosting;

/// <summary>
/// GET /healthz/live and /healthz/ready, for orchestrators: live while the process answers at all, ready while it can
/// sign. Neither needs authorisation, neither tells more than a word.
/// </summary>
internal sealed class Health(SlotGroup slots)
{
    private volatile bool _draining;

    /// <summary>The stop has begun: not ready any more, so that balancers look elsewhere.</summary>
    public void Drain() => _draining = true;

    /// <summary>False when the request is none of these.</summary>
    public bool TryHandle(HttpContext http, out Task handled)
    {
        handled = Task.CompletedTask;
        var path = http.Request.Path.Value;
        if (path is not ("/healthz/live" or "/healthz/ready"))
        {
            return false;
        }

        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = "GET, HEAD";
            return true;
        }

        handled = AnswerAsync(http, path == "/healthz/live" ? null : Obstacle());
        return true;
    }

    private string? Obstacle()
    {
        if (_draining)
        {
            return "stopping";
        }

        return slots.Slots.Any(slot => slot.Healthy) ? null : "no token can sign";
    }

    private static Task AnswerAsync(HttpContext http, string? obstacle)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new HealthDocument(obstacle is null ? "ok" : "unavailable", obstacle), HostingJson.Default.HealthDocument);
        http.Response.StatusCode = obstacle is null
            ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }
}
