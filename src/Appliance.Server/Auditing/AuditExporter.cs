using System.Net.Sockets;
using System.Security.Authentication;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Server.Auditing;

/// <summary>
/// One continuous export: passes the records of each chain on, in their order, and notes after each batch how far it
/// came. It works beside the ledger, from what is stored, so that a receiver that is slow or away stops nobody; a
/// restart goes on behind the last batch that was taken, so that a batch may come twice and never not at all.
/// </summary>
internal sealed partial class AuditExporter : IAsyncDisposable
{
    private const int Batch = 500;
    private const int ChainPage = 1_000;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    /// <summary>Chains of other nodes are theirs to export, unless they do not any more.</summary>
    private static readonly TimeSpan s_othersTime = TimeSpan.FromMinutes(2);

    private readonly IAuditSink _sink;
    private readonly CommitLoop _loop;
    private readonly Store _store;
    private readonly string _node;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private string? _obstacle;
    private long _lag;

    public AuditExporter(
        IAuditSink sink, CommitLoop loop, Store store, string node, TimeProvider time, ILogger logger)
    {
        (_sink, _loop, _store, _node, _time, _logger) = (sink, loop, store, node, time, logger);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    public string Name => _sink.Name;

    /// <summary>Why nothing is delivered; null while all is well.</summary>
    public string? Obstacle => Volatile.Read(ref _obstacle);

    /// <summary>Records that waited to be delivered when it last looked.</summary>
    public long Lag => Volatile.Read(ref _lag);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _sink.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = s_pause;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await PassAsync(_stop.Token);
                Note(null);
                pause = s_pause;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error) when (error is IOException or SocketException or HttpRequestException
                or UnauthorizedAccessException or AuthenticationException or StoreException
                or LedgerOverloadedException or OperationCanceledException or ObjectDisposedException)
            {
                Note(error.Message);
                pause = pause < s_longestPause / 2 ? 2 * pause : s_longestPause;
            }

            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        var cursors = _store.Read(_sink.Name, static (connection, sink) => connection.Audit.Cursors.List(sink));
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var waiting = 0L;
        var chains = ListChains().Where(chain => IsOurs(chain, now)).ToList();
        foreach (var chain in chains)
        {
            waiting += Math.Max(0, LengthOf(chain) - cursors.GetValueOrDefault(chain.Id));
        }

        Volatile.Write(ref _lag, waiting);
        foreach (var chain in chains)
        {
            await PassAsync(chain, cursors.GetValueOrDefault(chain.Id), cancellationToken);
        }
    }

    private async Task PassAsync(AuditChainRow chain, long cursor, CancellationToken cancellationToken)
    {
        if (chain.Length <= cursor)
        {
            return;
        }

        for (var after = cursor; ;)
        {
            var from = after;
            var page = _store.Read(connection => AuditTrail.ReadChain(connection, chain.Id, from, Batch));
            if (page.Count == 0)
            {
                return;
            }

            await _sink.DeliverAsync(page, chain.Node, cancellationToken);
            after = page[^1].Position;
            var passed = after;
            await _loop.WriteAsync(
                connection =>
                {
                    connection.Audit.Cursors.Set(_sink.Name, chain.Id, passed);
                    return true;
                },
                cancellationToken);
            Volatile.Write(ref _lag, Math.Max(0, Lag - page.Count));
        }
    }

    private bool IsOurs(AuditChainRow chain, long now)
        => !_store.IsShared || chain.Node == _node
            || chain.ClosedAt + (long)s_othersTime.TotalMilliseconds < now;

    private long LengthOf(AuditChainRow chain)
        => chain.Length ?? _store.Read(chain.Id, static (connection, id) => connection.Audit.FindHead(id))?.Length ?? 0;

    private IEnumerable<AuditChainRow> ListChains()
    {
        for (var last = -1L; ;)
        {
            var page = _store.Read(last, static (connection, after) => connection.Audit.Chains.List(after, ChainPage));
            foreach (var chain in page)
            {
                yield return chain;
            }

            if (page.Count < ChainPage)
            {
                yield break;
            }

            last = page[^1].Id;
        }
    }

    /// <summary>Tells the log when something changes, not each time.</summary>
    private void Note(string? obstacle)
    {
        var before = Interlocked.Exchange(ref _obstacle, obstacle);
        if (before is null && obstacle is not null)
        {
            Log.NotDelivered(_logger, _sink.Name, obstacle);
        }
        else if (before is not null && obstacle is null)
        {
            Log.DeliveredAgain(_logger, _sink.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            8061, LogLevel.Warning, "The audit export {Sink} does not deliver; it goes on by itself: {Error}")]
        public static partial void NotDelivered(ILogger logger, string sink, string error);

        [LoggerMessage(8062, LogLevel.Information, "The audit export {Sink} delivers again.")]
        public static partial void DeliveredAgain(ILogger logger, string sink);
    }
}
