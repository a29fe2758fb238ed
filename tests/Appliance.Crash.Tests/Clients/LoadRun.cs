namespace Appliance.Crash.Tests.Clients;

/// <summary>
/// Callers that each send the next request when they have the answer to the last, until the server is gone.
/// </summary>
internal sealed class LoadRun
{
    public const int UnaryCallers = 48;
    public const int StreamCallers = 2;
    public const int ItemsPerStream = 8;

    private readonly SigningClient _client;
    private readonly Workload _workload;
    private readonly CancellationToken _cancellation;
    private readonly TaskCompletionSource _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _callers;
    private volatile bool _stopping;

    public LoadRun(
        SigningClient client,
        Workload workload,
        IReadOnlyList<DrillSigner> signers,
        CancellationToken cancellation)
    {
        (_client, _workload, _cancellation) = (client, workload, cancellation);
        _callers =
        [
            .. Enumerable.Range(0, UnaryCallers).Select(CallAsync),
            .. Enumerable.Range(0, StreamCallers).Select(caller => StreamAsync(caller, signers[caller])),
        ];
    }

    /// <summary>Lets all of them begin at once.</summary>
    public void Start() => _start.SetResult();

    /// <summary>The server is gone: no caller sends anything more. Done when all have noticed.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        return Task.WhenAll(_callers);
    }

    private async Task CallAsync(int caller)
    {
        await _start.Task;
        while (!_stopping)
        {
            var ended = await _client.SignAsync(_workload.Take(), Attempt.First, caller, _cancellation);
            if (ended == LogKind.Lost)
            {
                return;
            }
        }
    }

    private async Task StreamAsync(int caller, DrillSigner signer)
    {
        await _start.Task;
        await _client.StreamAsync(
            signer,
            ItemsPerStream,
            () => _stopping ? null : _workload.Take(signer),
            caller,
            _cancellation);
    }
}
