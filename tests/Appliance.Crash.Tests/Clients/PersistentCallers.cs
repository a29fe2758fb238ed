using Appliance.Grpc.Client;

namespace Appliance.Crash.Tests.Clients;

/// <summary>
/// Callers as an application would make them: each request has an id, so the client repeats it while the server says
/// UNAVAILABLE; when a server gives no answer in time, the same request goes to the next one, where the caller stays.
/// </summary>
internal sealed class PersistentCallers : IDisposable
{
    private readonly Workload _workload;
    private readonly CancellationToken _cancellation;
    private readonly SigningClient _first;
    private readonly SigningClient _next;
    private readonly List<Task> _callers;
    private volatile bool _stopping;

    /// <param name="first">Where they call.</param>
    /// <param name="next">Where they go when that gives no answer.</param>
    /// <param name="timeout">How long they wait at the first for an answer.</param>
    /// <param name="count">How many callers.</param>
    /// <param name="log">Of all of them.</param>
    /// <param name="workload">What they ask for.</param>
    /// <param name="cancellation">Gives up.</param>
    public PersistentCallers(
        Uri first,
        Uri next,
        TimeSpan timeout,
        int count,
        ClientLog log,
        Workload workload,
        CancellationToken cancellation)
    {
        var retry = new GrpcRetryPolicy { MaxAttempts = 10_000, MaxBackoff = TimeSpan.FromMilliseconds(500) };
        (_workload, _cancellation) = (workload, cancellation);
        _first = new SigningClient(first, log, retry, timeout);
        _next = new SigningClient(next, log, retry, TimeSpan.FromMinutes(1));
        _callers = [.. Enumerable.Range(0, count).Select(caller => Task.Run(() => CallAsync(caller), cancellation))];
    }

    /// <summary>Every caller gets the answer it waits for and then sends nothing more.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        return Task.WhenAll(_callers);
    }

    public void Dispose()
    {
        _first.Dispose();
        _next.Dispose();
    }

    private async Task CallAsync(int caller)
    {
        var client = _first;
        while (!_stopping)
        {
            var item = _workload.Take();
            if (await client.SignAsync(item, Attempt.First, caller, _cancellation) == LogKind.Lost)
            {
                client = _next;
                await client.SignAsync(item, Attempt.Again, caller, _cancellation);
            }
        }
    }
}
