using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping;

/// <content>The rounds of questions to NTP servers.</content>
public sealed partial class ClockWatch
{
    /// <summary>After a step the servers are asked at once, but no more often than this, for their sake.</summary>
    private static readonly TimeSpan s_leastPause = TimeSpan.FromSeconds(4);

    private readonly AskedServer[] _servers;
    private bool _hasAsked;
    private long _nextPoll;
    private long _earliestPoll;
    private bool _askAgain;

    /// <summary>What the servers last said, in the order of the settings.</summary>
    public IReadOnlyList<ClockServerStatus> Servers
    {
        get
        {
            lock (_gate)
            {
                return [.. _servers.Select(server => server.Describe())];
            }
        }
    }

    /// <summary>Asks all servers once, together, and tells the units.</summary>
    /// <param name="cancellationToken">Ends it without a result.</param>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (_options.Servers.Count == 0)
        {
            return;
        }

        var rest = BeginPoll();
        var samples = await Task.WhenAll(_options.Servers.Select((server, index) => rest[index] is { } fault
            ? Task.FromResult(new SntpSample(fault))
            : _readers.Query(server, cancellationToken).AsTask()));
        lock (_gate)
        {
            LookNow();
            // Answers from before a step, or from within a leap second, tell nothing about the clock as it is now.
            if (!_askAgain && !_board.Leap.IsSuspended(_board.Last.UtcTicks))
            {
                Take(samples);
            }

            _hasAsked = true;
            Decide();
        }

        Tell();
    }

    /// <summary>Faults of those servers that are not asked, and clears what asks again after a step.</summary>
    private string?[] BeginPoll()
    {
        lock (_gate)
        {
            LookNow();
            var now = _board.Last.RawNanoseconds;
            _nextPoll = now + (_options.SntpInterval.Ticks * 100);
            _earliestPoll = now + (s_leastPause.Ticks * 100);
            _askAgain = false;
            return [.. _servers.Select(server => server.Rests(now) ? server.Fault : null)];
        }
    }

    private bool IsPollDue()
    {
        lock (_gate)
        {
            var now = _board.Last.RawNanoseconds;
            return now >= (_askAgain ? Math.Min(_earliestPoll, _nextPoll) : _nextPoll);
        }
    }

    private void Take(SntpSample[] samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            var fault = samples[i].Fault;
            if (fault is not null && !string.Equals(fault, _servers[i].Fault, StringComparison.Ordinal))
            {
                Note(ClockEventKind.ServerRefused, _servers[i].Server.ToString(), default, fault);
            }

            _servers[i].Take(samples[i], _board.Last.RawNanoseconds, _options.SntpInterval);
        }

        if (!_board.TryTake(samples, out var contradicting))
        {
            Array.ForEach(_servers, server => server.Judge("no quorum"));
        }

        foreach (var index in contradicting)
        {
            _servers[index].Judge("contradicts the others");
            Note(
                ClockEventKind.ServerRefused,
                _servers[index].Server.ToString(),
                TimeSpan.FromTicks(samples[index].Offset),
                "contradicts the others");
        }

        ConfirmWall();
    }

    /// <summary>
    /// Servers that agree with the wall clock within every unit's accuracy settle what steps and slews came to.
    /// </summary>
    private void ConfirmWall()
    {
        var sntp = _board.StatusOf(ClockSources.Sntp);
        var strictest = _guards.Count == 0 ? TimeSpan.Zero : _guards.Min(guard => guard.Accuracy);
        if (!sntp.IsTrusted || sntp.Bound > strictest)
        {
            return;
        }

        var deviation = _board.StatusOf(ClockSources.Wall).Bound;
        _board.Confirm();
        if (deviation > _options.StepLimit)
        {
            Note(ClockEventKind.Confirmed, "wall clock", deviation, sntp.Text);
        }
    }
}
