using System.Threading.Channels;
using Appliance.Factors.Notifying;
using Appliance.Factors.Notifying.Rendering;
using Appliance.Storage;
using Microsoft.Extensions.Logging;

namespace Appliance.Factors;

/// <summary>
/// Delivers what <see cref="Notices"/> enqueued, in the background. Of each signer the oldest message that goes the
/// same way is delivered first, and a later one waits for it; other signers are not held up. What fails is tried again
/// with growing pauses and given up in the end. Of several nodes over one store, one delivers a message.
/// </summary>
/// <remarks>
/// At least once: a node that dies between delivery and the commit that removes the row leaves it to be delivered
/// again, with the same id, when its lease has run out.
/// </remarks>
public sealed partial class Notifier : IAsyncDisposable
{
    /// <summary>A commit that was told of is awaited by the next; a second look covers another thread's.</summary>
    private static readonly TimeSpan s_secondLook = TimeSpan.FromMilliseconds(50);

    private readonly Store _store;
    private readonly Notices _notices;
    private readonly NoticeTemplates _templates;
    private readonly IReadOnlyDictionary<NoticeChannel, NoticeTransport> _ways;
    private readonly NotifierOptions _options;
    private readonly Action<StoreConnection, NoticeReport> _record;
    private readonly NoticeLeases _leases;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly HashSet<Task> _deliveries = [];
    private Task _loop = Task.CompletedTask;
    private long _delivered;
    private long _givenUp;
    private long _retries;
    private string? _lastFault;
    private int _disposed;

    /// <summary>Makes one that does nothing until <see cref="Start"/>.</summary>
    /// <param name="store">To look into.</param>
    /// <param name="write">To write through.</param>
    /// <param name="notices">Opens what was enqueued.</param>
    /// <param name="templates">The texts.</param>
    /// <param name="ways">
    /// How each channel leaves; its owner disposes them afterwards. Messages of a channel without one wait, and are
    /// given up when they expire or grow too old.
    /// </param>
    /// <param name="options">Pauses and limits.</param>
    /// <param name="record">Writes into the audit trail, in the transaction that removes a message.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For operators.</param>
    public Notifier(
        Store store,
        StoreWrite write,
        Notices notices,
        NoticeTemplates templates,
        IReadOnlyDictionary<NoticeChannel, NoticeTransport> ways,
        NotifierOptions options,
        Action<StoreConnection, NoticeReport> record,
        TimeProvider time,
        ILogger<Notifier> logger)
    {
        ArgumentNullException.ThrowIfNull(ways);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _notices = notices;
        _templates = templates;
        _ways = ways;
        _options = options;
        _record = record;
        _time = time;
        _logger = logger;
        var acrossChannels = ways.Count > 1 && ways.Values.Distinct().Count() == 1;
        _leases = new NoticeLeases(write, options, time, acrossChannels);
    }

    /// <summary>What it is at.</summary>
    public NotifierStatus Status
    {
        get
        {
            lock (_deliveries)
            {
                return new NotifierStatus(_deliveries.Count, _delivered, _givenUp, _retries, _lastFault);
            }
        }
    }

    /// <summary>Starts to look and deliver.</summary>
    public void Start() => _loop = RunAsync();

    /// <summary>Something was enqueued, and may be committed soon. Returns at once.</summary>
    public void Wake() => _wakes.Writer.TryWrite(true);

    /// <summary>
    /// Takes nothing more and finishes what is in delivery; what has not ended after
    /// <see cref="NotifierOptions.Grace"/> is broken off and tried again later. The store must still take writes.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _abort.CancelAfter(_options.Grace);
        await Task.WhenAll(Running()).ConfigureAwait(false);
        _stop.Dispose();
        _abort.Dispose();
    }

    /// <summary>Takes what is due and begins to deliver it.</summary>
    /// <returns>How many were begun.</returns>
    internal async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        var room = _options.Concurrency - Running().Length;
        if (room <= 0)
        {
            return 0;
        }

        var rows = await _leases.TakeAsync(room, cancellationToken).ConfigureAwait(false);
        foreach (var row in rows)
        {
            lock (_deliveries)
            {
                _deliveries.Add(TrackAsync(row));
            }
        }

        return rows.Count;
    }

    /// <summary>The deliveries that run now.</summary>
    internal Task[] Running()
    {
        lock (_deliveries)
        {
            _deliveries.RemoveWhere(static delivery => delivery.IsCompleted);
            return [.. _deliveries];
        }
    }

    private async Task RunAsync()
    {
        // Whoever starts it goes on.
        await Task.Yield();
        var told = true;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var begun = told || _leases.AnyDue(_store) ? await StepAsync(_stop.Token).ConfigureAwait(false) : 0;
                told = await WaitAsync(told && begun == 0 ? s_secondLook : _options.Poll).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception error)
            {
                Log.Waits(_logger, error.Message);
                told = await WaitAsync(_options.Poll).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits until it is woken or time is up.</summary>
    /// <returns>True when it was woken.</returns>
    private async Task<bool> WaitAsync(TimeSpan most)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var wake = _wakes.Reader.WaitToReadAsync(end.Token).AsTask();
        var pause = Task.Delay(most, _time, end.Token);
        await Task.WhenAny(wake, pause).ConfigureAwait(false);
        var woken = _wakes.Reader.TryRead(out _);
        await end.CancelAsync().ConfigureAwait(false);
        return woken;
    }

    private async Task TrackAsync(NoticeRow row)
    {
        await Task.Yield();
        try
        {
            await DeliverAsync(row).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The lease runs out, and it is tried again.
            Log.NotRecorded(_logger, row.Id, error.Message);
        }

        // The signer's next one may be due.
        Wake();
    }

    private async Task DeliverAsync(NoticeRow row)
    {
        var notice = _notices.Open(row);
        var result = notice is null
            ? Delivery.Never("tampered")
            : await TryAsync(row, notice).ConfigureAwait(false);
        if (result.Outcome != DeliveryOutcome.Later)
        {
            await EndAsync(row, result, isGenuine: notice is not null).ConfigureAwait(false);
            return;
        }

        // Without a way out nothing was tried; a stop that breaks an attempt off is not the attempt's failure.
        var tried = result.Reason is not ("no-transport" or "stopped");
        var attempts = row.Attempts + (tried ? 1 : 0);
        if (attempts >= _options.MostAttempts)
        {
            await EndAsync(row with { Attempts = attempts }, result, isGenuine: true).ConfigureAwait(false);
            return;
        }

        var next = result.Reason == "stopped" ? Now : NextAttempt(row, notice!, attempts, result.RetryAfter);
        await _leases.PostponeAsync(row, next, attempts).ConfigureAwait(false);
        if (tried)
        {
            Interlocked.Increment(ref _retries);
            _lastFault = result.Reason;
            Log.Later(_logger, row.Id, NameOf(row), result.Reason, attempts);
        }
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Not after it has expired or grown too old: others of the signer wait behind it.</summary>
    private long NextAttempt(NoticeRow row, Notice notice, int attempts, TimeSpan? retryAfter)
    {
        var pause = attempts == 0 ? _options.LongestPause : Backoff.After(_options, attempts, retryAfter);
        return Math.Min(Now + (long)pause.TotalMilliseconds, EndOf(row, notice));
    }

    private long EndOf(NoticeRow row, Notice notice)
        => Math.Min(notice.ExpiresAt ?? long.MaxValue, row.CreatedAt + (long)_options.GiveUpAfter.TotalMilliseconds);

    private async Task<Delivery> TryAsync(NoticeRow row, Notice notice)
    {
        if (Now >= EndOf(row, notice))
        {
            return Delivery.Never(notice.ExpiresAt <= Now ? "expired" : "too-old");
        }

        if (!_ways.TryGetValue(notice.Channel, out var way))
        {
            return Delivery.Later("no-transport");
        }

        if (_templates.Render(row, notice, _time.GetUtcNow()) is not { } rendered)
        {
            return Delivery.Never("incomplete");
        }

        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _abort.Token);
        try
        {
            return await way.DeliverAsync(rendered, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Delivery.Later(_abort.IsCancellationRequested ? "stopped" : "timeout");
        }
        catch (Exception error)
        {
            // A message that nobody foresaw holds up its signer only until it is given up.
            Log.Unforeseen(_logger, row.Id, error.GetType().Name);
            return Delivery.Later("unforeseen");
        }
    }

    private async Task EndAsync(NoticeRow row, Delivery result, bool isGenuine)
    {
        var delivered = result.Outcome == DeliveryOutcome.Delivered;
        var detail = delivered ? NameOf(row) : $"{NameOf(row)}: {result.Reason}";
        var report = new NoticeReport(
            row.Id, row.SignerId, delivered, isGenuine, row.Attempts + (delivered ? 1 : 0), detail);
        if (!await _leases.EndAsync(row, report, _record).ConfigureAwait(false))
        {
            Log.LeaseLost(_logger, row.Id);
            return;
        }

        Interlocked.Increment(ref delivered ? ref _delivered : ref _givenUp);
        if (!delivered)
        {
            _lastFault = result.Reason;
            Log.GivenUp(_logger, row.Id, detail);
        }
    }

    private static string NameOf(NoticeRow row)
        => $"{KindFacts.Of((NoticeKind)row.Kind)?.Name ?? "unknown"} by {KindFacts.NameOf((NoticeChannel)row.Channel)}";

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Warning, "Messages wait, for the store cannot be used: {Error}")]
        public static partial void Waits(ILogger logger, string error);

        [LoggerMessage(
            4101, LogLevel.Warning, "Message {Id} ({What}) was not delivered ({Reason}), attempt {Attempt}; later.")]
        public static partial void Later(ILogger logger, Guid id, string what, string reason, int attempt);

        [LoggerMessage(4102, LogLevel.Error, "Message {Id} is given up: {What}.")]
        public static partial void GivenUp(ILogger logger, Guid id, string what);

        [LoggerMessage(4103, LogLevel.Warning, "Message {Id} took longer than its lease; it may come twice.")]
        public static partial void LeaseLost(ILogger logger, Guid id);

        [LoggerMessage(4104, LogLevel.Error, "Message {Id} may come twice, how it ended is not stored: {Error}")]
        public static partial void NotRecorded(ILogger logger, Guid id, string error);

        [LoggerMessage(4105, LogLevel.Error, "Message {Id} ran into {Error}.")]
        public static partial void Unforeseen(ILogger logger, Guid id, string error);
    }
}
