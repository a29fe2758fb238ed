using Appliance.Storage;
using Microsoft.Extensions.Logging;

namespace Appliance.Ledger.Leases;

/// <summary>
/// This run of this node in the store: its incarnation, its lease, and the settling of those that died. A node whose
/// lease has run out by its own monotonic clock asks no token for anything, until it has renewed it or, when others
/// have
/// settled it meanwhile, has begun a new incarnation.
/// </summary>
internal sealed partial class NodeLease : IAsyncDisposable
{
    private const int RenewalsPerLease = 3;

    private readonly CommitLoop _loop;
    private readonly LeaseOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _timer;
    private long _incarnation;
    private long _renewedAt;

    private NodeLease(CommitLoop loop, LeaseOptions options, TimeProvider time)
    {
        _loop = loop;
        _options = options;
        _time = time;
        _logger = loop.Logger;
    }

    /// <summary>The number under which this run reserves.</summary>
    public long Incarnation => Volatile.Read(ref _incarnation);

    /// <summary>Whether a token may be asked for what was reserved. Always, where a file has one owner.</summary>
    public bool IsHeld
        => !_loop.Store.IsShared || _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) < _options.Lease;

    public static async ValueTask<NodeLease> StartAsync(
        CommitLoop loop,
        LeaseOptions options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var lease = new NodeLease(loop, options, time);
        await lease.BeginAsync(cancellationToken);
        await lease.SettleDeadAsync(cancellationToken);
        if (loop.Store.IsShared)
        {
            var period = options.Lease / RenewalsPerLease;
            lease._timer = time.CreateTimer(
                static state => _ = ((NodeLease)state!).TurnAsync(), lease, period, period);
        }

        return lease;
    }

    /// <summary>Stops renewing. What is open stays open until others or the next start settle it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        await _stop.CancelAsync();
        await _turn.WaitAsync(CancellationToken.None);
        _turn.Dispose();
        _stop.Dispose();
    }

    private async Task TurnAsync()
    {
        try
        {
            if (!await _turn.WaitAsync(0, _stop.Token))
            {
                return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }

        try
        {
            await RenewAsync(_stop.Token);
            await SettleDeadAsync(_stop.Token);
        }
        catch (Exception e) when (e is StoreException or LedgerOverloadedException)
        {
            Log.NotRenewed(_logger, Incarnation, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The node stops.
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        var before = _time.GetTimestamp();
        try
        {
            var incarnation = Incarnation;
            if (await _loop.WriteAsync(
                store => store.Incarnations.Renew(incarnation, _options.Lease), cancellationToken))
            {
                Volatile.Write(ref _renewedAt, before);
                return;
            }
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Fenced)
        {
            // As when the renewal finds it so.
        }

        Log.Fenced(_logger, Incarnation, _options.Node);
        await BeginAsync(cancellationToken);
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        var before = _time.GetTimestamp();
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var number = await _loop.WriteAsync(
            store => store.Incarnations.Insert(_options.Node, now, _options.Lease), cancellationToken);
        Volatile.Write(ref _incarnation, number);
        Volatile.Write(ref _renewedAt, before);
    }

    private async ValueTask SettleDeadAsync(CancellationToken cancellationToken)
    {
        await CloseForgottenAsync(cancellationToken);
        var self = Incarnation;
        var dead = _loop.Store.Read(
            store => store.Incarnations.ListDead(self, _options.Node, _options.Margin));
        foreach (var incarnation in dead)
        {
            var run = await Recovery.SettleAsync(_loop, incarnation, _time, cancellationToken);
            if (run.Requests > 0)
            {
                Log.Recovered(_logger, run);
            }
        }
    }

    private async ValueTask CloseForgottenAsync(CancellationToken cancellationToken)
    {
        if (_loop.Store.Read(
            store => store.Audit.Chains.ListOpen().All(chain => chain.Incarnation != 0)))
        {
            return;
        }

        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await _loop.WriteAsync(
            store =>
            {
                AuditTrail.CloseForgotten(store, _loop.Store.IsShared, now);
                return true;
            },
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(
            3010,
            LogLevel.Warning,
            "Found {Run}, and not settled when it ended. They may have been signed: they are spent now, and are never "
            + "signed again.")]
        public static partial void Recovered(ILogger logger, UnsettledRun run);

        [LoggerMessage(3011, LogLevel.Warning, "The lease of run {Incarnation} was not renewed: {Error}")]
        public static partial void NotRenewed(ILogger logger, long incarnation, string error);

        [LoggerMessage(
            3012,
            LogLevel.Critical,
            "Another node took run {Incarnation} of node {Node} for dead and settled it; beginning anew. Was the node "
            + "paused, is the store slow, or does another process use its name?")]
        public static partial void Fenced(ILogger logger, long incarnation, string node);
    }
}
