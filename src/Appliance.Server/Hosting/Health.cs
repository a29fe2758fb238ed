using System.Text.Json;
using Appliance.Grpc;

namespace Appliance.Server.Hosting;

/// <summary>
/// GET /healthz/live and /healthz/ready, for orchestrators: live while the process answers at all, ready while it can
/// sign. Neither needs authorisation, neither tells more than a word. Over gRPC the same truth is the status of the
/// server and of every service (<see cref="Map"/>).
/// </summary>
/// <param name="canSign">Whether some token can sign at this moment.</param>
/// <param name="storeObstacle">What is in the store's way at this moment; null when nothing is.</param>
/// <param name="isOut">Whether an operator has taken the node out of service; null for never.</param>
internal sealed class Health(Func<bool> canSign, Func<string?> storeObstacle, Func<bool>? isOut = null)
{
    /// <summary>How soon a watcher over gRPC learns of a change.</summary>
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(1);

    private readonly GrpcHealth _statuses = new();
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

    /// <summary>Maps grpc.health.v1, with a status for the server and for each service mapped so far.</summary>
    public void Map(GrpcMethods methods)
    {
        foreach (var service in methods.ServiceNames.Prepend(""))
        {
            _statuses.Set(service, () => Obstacle() is null);
        }

        _statuses.Map(methods);
    }

    /// <summary>Watchers are told of changes from now on, until what this gives is disposed.</summary>
    public ITimer StartTelling(TimeProvider time)
        => time.CreateTimer(static state => ((GrpcHealth)state!).Refresh(), _statuses, s_refresh, s_refresh);

    private string? Obstacle()
    {
        if (_draining)
        {
            return "stopping";
        }

        if (isOut?.Invoke() == true)
        {
            return "drained by an operator";
        }

        return canSign() ? storeObstacle() : "no token can sign";
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
