using Appliance.Pkcs11;

namespace Appliance.Server.Hosting.Slots;

/// <summary>
/// The slots of a running server: those in the group by the names of the settings, and those that are missing, which it
/// keeps looking for and adds to the group when they come.
/// </summary>
internal sealed partial class ServingSlots : IAsyncDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);

    private readonly SlotTokens _tokens;
    private readonly SlotGroup _group;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _orders = new();
    private readonly HashSet<ConfiguredSlot> _drained = [];
    private readonly Task _looking;

    /// <summary>In the order of the group's.</summary>
    private volatile ConfiguredSlot[] _joined;

    private ServingSlots(
        SlotTokens tokens, SlotGroup group, ConfiguredSlot[] joined, TimeProvider time, ILogger logger)
    {
        _tokens = tokens;
        _group = group;
        _joined = joined;
        _time = time;
        _logger = logger;
        _looking = joined.Length == tokens.All.Count ? Task.CompletedTask : Task.Run(LookAsync, CancellationToken.None);
    }

    /// <summary>Begins to look for what is missing.</summary>
    /// <param name="tokens">Opened, as far as they open.</param>
    /// <param name="joined">Those that the group was made of, in its order.</param>
    /// <param name="group">The group.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told who joins.</param>
    public static ServingSlots Start(
        SlotTokens tokens, ConfiguredSlot[] joined, SlotGroup group, TimeProvider time, ILogger logger)
        => new(tokens, group, joined, time, logger);

    /// <summary>Every slot of the settings, in their order.</summary>
    public IReadOnlyList<SlotReport> Report()
    {
        var joined = _joined;
        var statuses = _group.Slots;
        return
        [
            .. _tokens.All.Select(slot =>
            {
                var index = Array.IndexOf(joined, slot);
                return new SlotReport(slot, index < 0 ? null : statuses[index], IsDrained(slot));
            }),
        ];
    }

    /// <summary>The slot of that name; null for none.</summary>
    public ConfiguredSlot? Find(string name) => _tokens.All
        .FirstOrDefault(slot => string.Equals(slot.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Takes a slot out of service, which finishes what it has, or brings it back, which probes it. One that is missing
    /// is not looked for meanwhile.
    /// </summary>
    public void SetDraining(ConfiguredSlot slot, bool draining)
    {
        lock (_orders)
        {
            if (draining)
            {
                _drained.Add(slot);
            }
            else
            {
                _drained.Remove(slot);
            }

            var index = Array.IndexOf(_joined, slot);
            if (index >= 0)
            {
                _group.SetDraining(index, draining);
            }
        }
    }

    /// <summary>Looks no longer. Before the group is disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private async Task LookAsync()
    {
        var pause = s_firstPause;
        while (_joined.Length < _tokens.All.Count)
        {
            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            foreach (var slot in _tokens.All)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                if (Array.IndexOf(_joined, slot) < 0 && !IsDrained(slot) && _tokens.TryOpen(slot))
                {
                    Join(slot);
                }
            }
        }
    }

    private void Join(ConfiguredSlot slot)
    {
        lock (_orders)
        {
            _group.Add(slot.Token!);
            _joined = [.. _joined, slot];
            if (_drained.Contains(slot))
            {
                // It was ordered out while it opened.
                _group.SetDraining(_joined.Length - 1, true);
            }
        }

        Log.Joined(_logger, slot.Name, slot.Token!.Info);
    }

    private bool IsDrained(ConfiguredSlot slot)
    {
        lock (_orders)
        {
            return _drained.Contains(slot);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8126, LogLevel.Information, "The slot {Slot} has come and serves: {Token}")]
        public static partial void Joined(ILogger logger, string slot, TokenInfo token);
    }
}
