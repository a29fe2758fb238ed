using System.Globalization;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Storage;
using Appliance.Timestamping;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Tests.Timestamps.Clocks;

/// <summary>The way of the clock's events into the audit trail of a real store.</summary>
public sealed class ClockJournalTests : IAsyncDisposable
{
    private static readonly DateTimeOffset s_time = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("journal-").FullName;
    private readonly LogLines _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly Store _store;
    private readonly CommitLoop _ledger;

    public ClockJournalTests()
    {
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        _store = Store.Open(new StoreOptions { Path = Path.Combine(_folder, "store.db") });
        _ledger = new CommitLoop(
            _store, new CommitLoopOptions { QueueLimit = 1 }, TimeProvider.System, NullLogger<CommitLoop>.Instance);
    }

    [Fact]
    public async Task Events_are_recorded_in_their_order_and_a_unit_that_stops_is_an_alert_once()
    {
        var voided = new List<ClockEvent>();
        await using (var journal = Journal(voided.Add))
        {
            journal.Post(Event(ClockEventKind.Stepped, "wall clock", 5));
            journal.Post(Event(ClockEventKind.AssertionVoided, "operator", 5));
            journal.Post(Event(ClockEventKind.UnitSuspended, "p256"));
            journal.Post(Event(ClockEventKind.ServerRefused, "a:123"));
            journal.Post(Event(ClockEventKind.Asserted, "ana"));
            journal.Post(Event(ClockEventKind.UnitResumed, "p256"));
        }

        Assert.Equal(
            [
                "Failed stepped wall clock +5.000000 s: text",
                "Failed assertion-voided operator +5.000000 s: text",
                "Failed unit-suspended p256: text",
                "Ok unit-resumed p256: text",
            ],
            Trail());
        Assert.Single(voided);
        Assert.Equal(1, _log.Count("issues nothing"));
    }

    [Fact]
    public async Task While_the_store_takes_nothing_events_wait_and_keep_their_order()
    {
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        var busy = _ledger.WriteAsync(
            _ =>
            {
                inside.TrySetResult();
                return release.Wait(TimeSpan.FromMinutes(5), CancellationToken.None);
            },
            TestContext.Current.CancellationToken).AsTask();
        await inside.Task.WaitAsync(TestContext.Current.CancellationToken);
        var full = _ledger.WriteAsync(_ => true, TestContext.Current.CancellationToken).AsTask();

        await using (var journal = Journal(_ => { }))
        {
            // More than wait: what is lost is told by number.
            for (var i = 0; i < 5_000; i++)
            {
                journal.Post(Event(ClockEventKind.Stepped, i.ToString(CultureInfo.InvariantCulture)));
            }

            await UntilAsync(() => _log.Contains("wait for the store"));
            Assert.Empty(Trail());
            release.Set();
            await busy;
            await full;
            await UntilAsync(() => Trail().Any(line => line.Contains("are missing", StringComparison.Ordinal)));
            await UntilAsync(() => Trail().Count >= 4_097);
        }

        var trail = Trail();
        var kept = trail.Where(line => line.Contains("stepped", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            Enumerable.Range(0, kept.Count).Select(i => $"Failed stepped {i}: text"), kept,
            StringComparer.Ordinal);
        Assert.InRange(kept.Count, 4_096, 4_096 + 64);
        var missing = Assert.Single(trail, line => line.Contains("are missing", StringComparison.Ordinal));
        Assert.StartsWith($"Failed {5_000 - kept.Count} events", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_gone_keeps_nobody_from_stopping()
    {
        await _ledger.DisposeAsync();
        await using (var journal = Journal(_ => { }))
        {
            journal.Post(Event(ClockEventKind.Stepped, "wall clock"));
        }

        Assert.Equal(1, _log.Count("1 records of the clock are missing"));
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _store.Dispose();
        _loggers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static ClockEvent Event(ClockEventKind kind, string subject, int seconds = 0)
        => new(s_time, 0, kind, subject, TimeSpan.FromSeconds(seconds), "text");

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private ClockJournal Journal(Action<ClockEvent> voided)
        => new(_ledger, TimeProvider.System, _loggers.CreateLogger("clock"), voided);

    private List<string> Trail()
    {
        var query = new AuditQuery { Event = AuditEvent.ClockChanged, OldestFirst = true, Limit = 10_000 };
        return
        [
            .. _store.Read(connection => AuditTrail.Read(connection, query))
                .Select(entry => $"{entry.Record.Outcome} {entry.Record.Detail}"),
        ];
    }
}
