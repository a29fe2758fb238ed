using System.Security.Cryptography;
using Appliance.Ledger.Auditing;
using Appliance.Storage;
using Microsoft.Extensions.Logging;

namespace Appliance.Ledger;

/// <summary>
/// Seals the audit trail, each minute and when asked: one seal covers the heads of all chains and the seal before it,
/// and is signed by a key of the token. Of several nodes one makes it: whoever is first with the next number. While the
/// token is away there are no seals; records go on, and the next seal covers them all. Where there is a time-stamping
/// authority a seal has a time stamp, and while that is away it has none.
/// </summary>
public sealed partial class AuditSealer : IAsyncDisposable
{
    private readonly CommitLoop _loop;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> _sign;
    private readonly AuditSealerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer? _timer;
    private AuditSealRow? _last;
    private string? _obstacle;
    private string? _stampObstacle;
    private int _disposed;

    /// <summary>Starts making seals.</summary>
    /// <param name="loop">What records are written by.</param>
    /// <param name="sign">Signs a SHA-256 hash; throws <see cref="AuditSealException"/> while it cannot.</param>
    /// <param name="options">How often.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when sealing stops and goes on.</param>
    public AuditSealer(
        CommitLoop loop,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign,
        AuditSealerOptions options,
        TimeProvider time,
        ILogger<AuditSealer> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_loop, _sign, _options, _time, _logger) = (loop, sign, options, time, logger);
        if (options.Interval > TimeSpan.Zero)
        {
            _timer = time.CreateTimer(
                static state => _ = ((AuditSealer)state!).TurnAsync(), this, options.Interval, options.Interval);
        }
    }

    /// <summary>The newest seal that this node knows; null before it has looked.</summary>
    public AuditSealRow? Last => Volatile.Read(ref _last);

    /// <summary>Why there is no seal; null while all is well.</summary>
    public string? Obstacle => Volatile.Read(ref _obstacle);

    /// <summary>Why the last seal has no time stamp; null while they have them, or are to have none.</summary>
    public string? TimestampObstacle => Volatile.Read(ref _stampObstacle);

    /// <summary>Makes a seal now.</summary>
    /// <returns>The newest seal: this one, or the one of a node that was first.</returns>
    /// <exception cref="AuditSealException">The key cannot be used now.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<AuditSealRow> SealAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await MakeAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes no more seals.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

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
            if (!IsSealedByOthers())
            {
                await MakeAsync(_stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The node stops.
        }
        catch (Exception e)
        {
            if (Interlocked.Exchange(ref _obstacle, e.Message) is null)
            {
                Log.NotSealed(_logger, e.Message);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Nodes whose turns come at other moments do not make a seal each.</summary>
    private bool IsSealedByOthers()
    {
        if (!_loop.Store.IsShared)
        {
            return false;
        }

        var last = _loop.Store.Read(static store => store.Audit.Seals.FindLast());
        var age = _time.GetUtcNow().ToUnixTimeMilliseconds() - (last?.At ?? 0);
        if (last is null || last.Number == Last?.Number || age >= _options.Interval.TotalMilliseconds / 2)
        {
            return false;
        }

        Note(last);
        return true;
    }

    private async ValueTask<AuditSealRow> MakeAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var needsLegacy = _loop.Store.Read(
            static store => store.Audit.Chains.ListUnsealed().Any(chain => chain.Id == 0));
        var legacy = needsLegacy ? LegacyChain.Compute(_loop.Store) : null;
        var draft = _loop.Store.Read(
            store => SealDraft.Make(store, store.Audit.Seals.FindLast(), legacy, now));
        var body = draft.Seal.ToBytes();
        var hash = SHA256.HashData(body);
        var signature = await _sign(hash, cancellationToken);
        var stamp = await StampAsync(draft.Seal.Number, signature, cancellationToken);
        var row = new AuditSealRow(draft.Seal.Number, now, body, hash, signature, stamp);
        var isOurs = await _loop.WriteAsync(store => Store(store, row, draft), cancellationToken);
        var stored = isOurs ? row : _loop.Store.Read(static store => store.Audit.Seals.FindLast())!;
        Note(stored);
        if (isOurs && draft.Damaged.Count > 0)
        {
            Log.Damaged(_logger, row.Number, string.Join(", ", draft.Damaged));
        }

        return stored;
    }

    /// <summary>An authority that is away keeps nothing from being sealed.</summary>
    private async ValueTask<byte[]?> StampAsync(long number, byte[] signature, CancellationToken cancellationToken)
    {
        if (_options.Timestamp is not { } timestamp)
        {
            return null;
        }

        try
        {
            var token = await timestamp(SHA256.HashData(signature), cancellationToken);
            if (Interlocked.Exchange(ref _stampObstacle, null) is not null)
            {
                Log.StampedAgain(_logger, number);
            }

            return token;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _stampObstacle, e.Message) is null)
            {
                Log.NotStamped(_logger, number, e.Message);
            }

            return null;
        }
    }

    private static bool Store(StoreConnection store, AuditSealRow row, SealDraft draft)
    {
        if (!store.Audit.Seals.TryInsert(row))
        {
            return false;
        }

        foreach (var chain in draft.Seal.Chains.Where(chain => chain.Closed))
        {
            store.Audit.Chains.SetSealed(chain.Chain, row.Number);
        }

        AuditTrail.Append(store, new AuditRecord
        {
            At = row.At,
            Event = AuditEvent.AuditSealed,
            Count = draft.Seal.Chains.Count,
            Digest = row.Hash,
            Detail = SealText.Of(row.Number, row.Timestamp),
        });
        foreach (var chain in draft.Damaged)
        {
            AuditTrail.Append(store, new AuditRecord
            {
                At = row.At,
                Event = AuditEvent.TamperDetected,
                Outcome = AuditOutcome.Failed,
                Detail = $"audit chain {chain} is not what the seal before {SealText.Of(row.Number)} covers",
            });
        }

        return true;
    }

    private void Note(AuditSealRow row)
    {
        Volatile.Write(ref _last, row);
        if (Interlocked.Exchange(ref _obstacle, null) is not null)
        {
            Log.SealedAgain(_logger, row.Number);
        }

        _options.Stored?.Invoke(row);
    }

    private static partial class Log
    {
        [LoggerMessage(
            3030,
            LogLevel.Error,
            "The audit trail cannot be sealed; records go on, and a later seal covers them: {Error}")]
        public static partial void NotSealed(ILogger logger, string error);

        [LoggerMessage(3031, LogLevel.Information, "The audit trail is sealed again, by seal {Number}.")]
        public static partial void SealedAgain(ILogger logger, long number);

        [LoggerMessage(
            3032,
            LogLevel.Critical,
            "Seal {Number}: the audit chains {Chains} are not what the seal before covers. Somebody changed the store; "
            + "run: appliance audit verify")]
        public static partial void Damaged(ILogger logger, long number, string chains);

        [LoggerMessage(
            3033,
            LogLevel.Warning,
            "Audit seal {Number} and those that follow have no time stamp until there is one again: {Error}")]
        public static partial void NotStamped(ILogger logger, long number, string error);

        [LoggerMessage(3034, LogLevel.Information, "Audit seals have time stamps again, from seal {Number} on.")]
        public static partial void StampedAgain(ILogger logger, long number);
    }
}
