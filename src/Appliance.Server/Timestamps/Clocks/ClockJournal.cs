using System.Threading.Channels;
using Appliance.Ledger;
using Appliance.Storage;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps.Clocks;

/// <summary>
/// Takes the clock watch's events to the audit trail, oldest first, without the watch waiting for it: while the store
/// is away they wait, and are tried again.
/// </summary>
internal sealed partial class ClockJournal : IAsyncDisposable
{
    /// <summary>As many as wait while the store is away.</summary>
    private const int Room = 4_096;

    /// <summary>Records in one transaction.</summary>
    private const int Most = 64;

    private const int MostDetail = 255;

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    /// <summary>A store that is away keeps no server from stopping.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Channel<ClockEvent> _waiting = Channel.CreateBounded<ClockEvent>(
        new BoundedChannelOptions(Room) { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly CommitLoop _ledger;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<ClockEvent> _voided;
    private readonly Task _writing;
    private Task _remembering = Task.CompletedTask;
    private long _lost;

    /// <summary>Starts.</summary>
    /// <param name="ledger">Where records become durable.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="logger">Where it alerts.</param>
    /// <param name="voided">Keeps in mind that the operator's word was voided.</param>
    public ClockJournal(CommitLoop ledger, TimeProvider time, ILogger logger, Action<ClockEvent> voided)
    {
        _ledger = ledger;
        _time = time;
        _logger = logger;
        _voided = voided;
        _writing = Task.Run(WriteAllAsync, CancellationToken.None);
    }

    /// <summary>Takes an event on the watch's thread; quick, and never throws.</summary>
    public void Post(ClockEvent happened)
    {
        switch (happened.Kind)
        {
            case ClockEventKind.UnitSuspended:
                Log.Suspended(_logger, happened.Subject, happened.Text);
                break;
            case ClockEventKind.UnitResumed:
                Log.Resumed(_logger, happened.Subject);
                break;
            case ClockEventKind.AssertionVoided:
                Log.Voided(_logger, happened.Text, happened.Offset);
                // Not behind records that wait for the store: a restart must not bring the word back. The watch tells
                // one event at a time.
                _remembering = _remembering.ContinueWith(
                    _ => _voided(happened),
                    CancellationToken.None,
                    TaskContinuationOptions.None,
                    TaskScheduler.Default);
                break;
            default:
                break;
        }

        if (IsAudited(happened.Kind) && !_waiting.Writer.TryWrite(happened))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>After the last event: what waits is written if the store takes it now.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _remembering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.CancelAfter(s_patience);
        await _writing;
        _stop.Dispose();
    }

    /// <summary>What an operator does is on record with its name already; a server's moods are for the log.</summary>
    private static bool IsAudited(ClockEventKind kind)
        => kind is not (ClockEventKind.Asserted or ClockEventKind.Withdrawn or ClockEventKind.ServerRefused);

    private async Task WriteAllAsync()
    {
        var batch = new List<ClockEvent>(Most);
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
            {
                batch.Clear();
                while (batch.Count < Most && _waiting.Reader.TryRead(out var happened))
                {
                    batch.Add(happened);
                }

                await WriteAsync(batch);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            Log.NotRecorded(_logger, batch.Count + _waiting.Reader.Count);
        }
    }

    private async Task WriteAsync(List<ClockEvent> batch)
    {
        var lost = Interlocked.Exchange(ref _lost, 0);
        var records = batch.ConvertAll(Describe);
        if (lost > 0)
        {
            records.Add(Record(
                _time.GetUtcNow(), AuditOutcome.Failed, $"{lost} events are missing: the store was away too long"));
        }

        var waits = false;
        while (true)
        {
            try
            {
                await _ledger.WriteAsync(
                    connection =>
                    {
                        foreach (var record in records)
                        {
                            AuditTrail.Append(connection, record);
                        }

                        return true;
                    },
                    records.Count,
                    _stop.Token);
                if (waits)
                {
                    Log.Recorded(_logger, records.Count);
                }

                return;
            }
            catch (Exception error) when (error is StoreException or LedgerOverloadedException)
            {
                if (!waits)
                {
                    Log.Waits(_logger, error.Message);
                }

                waits = true;
            }

            await Task.Delay(s_again, _time, _stop.Token);
        }
    }

    private static AuditRecord Describe(ClockEvent happened) => Record(
        happened.Time,
        happened.Kind is ClockEventKind.Stepped or ClockEventKind.SourceLost or ClockEventKind.UnitSuspended
            or ClockEventKind.AssertionVoided or ClockEventKind.LooksMissed
            ? AuditOutcome.Failed
            : AuditOutcome.Ok,
        ClockWords.Describe(happened));

    private static AuditRecord Record(DateTimeOffset at, AuditOutcome outcome, string detail) => new()
    {
        At = at.ToUnixTimeMilliseconds(),
        Event = AuditEvent.ClockChanged,
        Outcome = outcome,
        Detail = detail.Length > MostDetail ? detail[..MostDetail] : detail,
    };

    private static partial class Log
    {
        [LoggerMessage(
            8090,
            LogLevel.Critical,
            "Time-stamping unit {Unit} issues nothing: {Why}. See `appliance timestamp clock`.")]
        public static partial void Suspended(ILogger logger, string unit, string why);

        [LoggerMessage(8091, LogLevel.Information, "Time-stamping unit {Unit} issues: its clock sources agree.")]
        public static partial void Resumed(ILogger logger, string unit);

        [LoggerMessage(
            8092,
            LogLevel.Error,
            "{Why} (by {Offset}): check the clock, then `appliance timestamp clock assert`.")]
        public static partial void Voided(ILogger logger, string why, TimeSpan offset);

        [LoggerMessage(8093, LogLevel.Warning, "Records of the clock wait for the store: {Error}")]
        public static partial void Waits(ILogger logger, string error);

        [LoggerMessage(8094, LogLevel.Information, "{Count} records of the clock that waited are in the audit trail.")]
        public static partial void Recorded(ILogger logger, int count);

        [LoggerMessage(8095, LogLevel.Error, "{Count} records of the clock are missing from the audit trail.")]
        public static partial void NotRecorded(ILogger logger, int count);
    }
}
