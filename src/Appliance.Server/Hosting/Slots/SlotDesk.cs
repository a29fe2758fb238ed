using Appliance.Ledger;

namespace Appliance.Server.Hosting.Slots;

/// <summary>
/// Takes operators' orders about slots: out of service and back, one or the whole node. Each is in the audit trail
/// before it is carried out. Orders are this process's: a start knows none of them.
/// </summary>
internal sealed partial class SlotDesk : IAsyncDisposable
{
    /// <summary>Longest that an order is waited for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>Where an order does not say.</summary>
    public static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(10);

    /// <summary>How often an order in work is looked at.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly ServingSlots _serving;
    private readonly CommitLoop _loop;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _orders = new(1);
    private readonly Lock _gate = new();
    private volatile NodeService _node;
    private CancellationTokenSource? _leavingEnd;
    private Task _leaving = Task.CompletedTask;

    public SlotDesk(ServingSlots serving, CommitLoop loop, TimeProvider time, ILogger logger)
    {
        _serving = serving;
        _loop = loop;
        _time = time;
        _logger = logger;
    }

    /// <summary>How many calls are in work, over both wires.</summary>
    public Func<int> CallsInFlight { get; set; } = static () => 0;

    public NodeService Node => _node;

    /// <summary>True when balancers are to send nothing here: the node, or each of its slots, is drained.</summary>
    public bool IsOut => _node != NodeService.Serving || _serving.Report().All(slot => slot.IsDrained);

    /// <summary>Every slot of the settings, in their order.</summary>
    public IReadOnlyList<SlotReport> Report() => _serving.Report();

    /// <summary>The slot of that name; null for none.</summary>
    public ConfiguredSlot? Find(string name) => _serving.Find(name);

    /// <summary>Has a slot finish what it has and gives it nothing new.</summary>
    public Task DrainAsync(ConfiguredSlot slot, SlotOrderer by, CancellationToken cancellationToken)
        => OrderAsync(
            AuditEvent.SlotDrained, slot, by, () => _serving.SetDraining(slot, true), cancellationToken);

    /// <summary>Brings a slot back: it is probed, and signs when that went well.</summary>
    /// <returns>False, and nothing was done, while the node itself is out of service.</returns>
    public async Task<bool> ResumeAsync(ConfiguredSlot slot, SlotOrderer by, CancellationToken cancellationToken)
    {
        if (_node != NodeService.Serving)
        {
            return false;
        }

        await OrderAsync(
            AuditEvent.SlotResumed, slot, by, () => _serving.SetDraining(slot, false), cancellationToken);
        return true;
    }

    /// <summary>
    /// Takes the whole node out of service: from now on its health says so, what still comes within a time is signed,
    /// then calls in work may end for as long again, then all slots are drained.
    /// </summary>
    /// <param name="notice">What balancers get to look elsewhere; zero drains at once.</param>
    /// <param name="by">Who orders it.</param>
    /// <param name="cancellationToken">Until the order is taken; it is carried out by the server itself.</param>
    public Task DrainNodeAsync(TimeSpan notice, SlotOrderer by, CancellationToken cancellationToken)
        => OrderAsync(
            AuditEvent.SlotDrained,
            null,
            by,
            () =>
            {
                if (_node == NodeService.Drained)
                {
                    return;
                }

                _leavingEnd?.Cancel();
                _leavingEnd = new CancellationTokenSource();
                _node = NodeService.Leaving;
                if (notice == TimeSpan.Zero)
                {
                    DrainAll(_leavingEnd.Token);
                }
                else
                {
                    _leaving = LeaveAsync(notice, _leavingEnd.Token);
                }
            },
            cancellationToken);

    /// <summary>Brings the node back with all its slots, those too that were drained by name.</summary>
    public Task ResumeNodeAsync(SlotOrderer by, CancellationToken cancellationToken)
        => OrderAsync(
            AuditEvent.SlotResumed,
            null,
            by,
            () =>
            {
                lock (_gate)
                {
                    _leavingEnd?.Cancel();
                    foreach (var slot in _serving.Report())
                    {
                        _serving.SetDraining(slot.Slot, false);
                    }

                    _node = NodeService.Serving;
                }
            },
            cancellationToken);

    /// <summary>Records that an admin client reads.</summary>
    public async Task RecordReadAsync(string method, SlotOrderer by, CancellationToken cancellationToken)
        => await RecordAsync(AuditEvent.SlotsRead, method, 0, by, cancellationToken);

    /// <summary>Waits until nothing is in work at what was drained, or it is resumed, or the time is over.</summary>
    /// <param name="slot">One; null for the node, which takes up to three times as long.</param>
    /// <param name="wait">As it was ordered.</param>
    /// <param name="cancellationToken">Gives up waiting; the order stands.</param>
    /// <returns>How the slots are at the end.</returns>
    public Task<IReadOnlyList<SlotReport>> WaitUntilIdleAsync(
        ConfiguredSlot? slot, TimeSpan wait, CancellationToken cancellationToken)
        => slot is null
            ? WaitAsync(null, report => report.IsIdle || _node == NodeService.Serving, 3 * wait, cancellationToken)
            : WaitAsync(slot, static report => report.IsIdle || !report.IsDrained, wait, cancellationToken);

    /// <summary>Waits until what was brought back signs, or is drained again, or the time is over.</summary>
    /// <param name="slot">One; null for the node, whose absent slots are not waited for.</param>
    /// <param name="wait">How long.</param>
    /// <param name="cancellationToken">Gives up waiting; the order stands.</param>
    /// <returns>How the slots are at the end.</returns>
    public Task<IReadOnlyList<SlotReport>> WaitUntilReadyAsync(
        ConfiguredSlot? slot, TimeSpan wait, CancellationToken cancellationToken)
        => WaitAsync(
            slot,
            report => report.IsReady || report.IsDrained || (slot is null && report.Status is null),
            wait,
            cancellationToken);

    /// <summary>Before the slots are.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_leavingEnd is { } end)
        {
            await end.CancelAsync();
            await _leaving;
            end.Dispose();
        }

        _orders.Dispose();
    }

    private async Task<IReadOnlyList<SlotReport>> WaitAsync(
        ConfiguredSlot? slot, Func<SlotReport, bool> isDone, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            var reports = _serving.Report().Where(report => slot is null || report.Slot == slot).ToList();
            if (reports.TrueForAll(report => isDone(report)) || _time.GetElapsedTime(start) >= atMost)
            {
                return reports;
            }

            await Task.Delay(s_look, _time, cancellationToken);
        }
    }

    private async Task LeaveAsync(TimeSpan notice, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        do
        {
            await Task.Delay(s_look, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!cancellationToken.IsCancellationRequested
            && _time.GetElapsedTime(start) is var passed
            && (passed < notice || (passed < 2 * notice && CallsInFlight() > 0)));
        DrainAll(cancellationToken);
    }

    /// <summary>Unless the node was resumed or is stopping.</summary>
    private void DrainAll(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            foreach (var slot in _serving.Report())
            {
                _serving.SetDraining(slot.Slot, true);
            }

            _node = NodeService.Drained;
        }

        Log.NodeDrained(_logger);
    }

    /// <summary>The record first: what it says has been ordered, whatever becomes of the process.</summary>
    private async Task OrderAsync(
        AuditEvent order, ConfiguredSlot? slot, SlotOrderer by, Action carryOut, CancellationToken cancellationToken)
    {
        await _orders.WaitAsync(cancellationToken);
        try
        {
            var count = slot is null ? _serving.Report().Count : 1;
            await RecordAsync(order, slot is null ? "node" : $"slot {slot.Name}", count, by, cancellationToken);
            Log.Ordered(_logger, AuditEvents.NameOf(order), slot?.Name ?? "all slots", by);
            carryOut();
        }
        finally
        {
            _orders.Release();
        }
    }

    private async Task RecordAsync(
        AuditEvent auditEvent, string detail, int count, SlotOrderer by, CancellationToken cancellationToken)
        => await _loop.WriteAsync(
            connection =>
            {
                AuditTrail.Append(connection, new AuditRecord
                {
                    At = _time.GetUtcNow().ToUnixTimeMilliseconds(),
                    Event = auditEvent,
                    Detail = detail,
                    Count = count,
                    Actor = by.Actor,
                    ClientId = by.ClientId,
                });
                return true;
            },
            cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(8160, LogLevel.Warning, "{Order}: {Slot}, by {Who}")]
        public static partial void Ordered(ILogger logger, string order, string slot, SlotOrderer who);

        [LoggerMessage(
            8161, LogLevel.Warning, "The node is drained: it signs nothing until it is resumed or starts anew")]
        public static partial void NodeDrained(ILogger logger);
    }
}
