using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping;

/// <content>The rounds of questions to NTP servers.</content>
public sealed partial class ClockWatch
{
    /// <summary>After a step the servers are asked at once, but no more often than this, for their sake.</summary>
    private static readonly TimeSpan s_leastPause = TimeSpan.FromSeconds(4);

    /// <summary>What each server's last answer lacked: one that stays away is noted once.</summary>
    private readonly string?[] _faults;
    private long _nextPoll;
    private long _earliestPoll;
    private bool _askAgain;

    /// <summary>Asks all servers once, together, and tells the units.</summary>
    /// <param name="cancellationToken">Ends it without a result.</param>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (_options.Servers.Count == 0)
        {
            return;
        }

        var stepsBefore = BeginPoll();
        var samples = await Task.WhenAll(_options.Servers.Select(
            server => _readers.Query(server, cancellationToken).AsTask()));
        lock (_gate)
        {
            LookNow();
            // Answers from before a step, or from within a leap second, tell nothing about the clock as it is now.
            if (stepsBefore == _askAgain && !_board.Leap.IsSuspended(_board.Last.UtcTicks))
            {
                Take(samples);
            }

            Decide();
        }

        Tell();
    }

    /// <summary>Returns false, the state of <c>_askAgain</c> from now on unless a step comes.</summary>
    private bool BeginPoll()
    {
        lock (_gate)
        {
            LookNow();
            _nextPoll = _board.Last.RawNanoseconds + (_options.SntpInterval.Ticks * 100);
            _earliestPoll = _board.Last.RawNanoseconds + (s_leastPause.Ticks * 100);
            _askAgain = false;
            return _askAgain;
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
            if (fault is not null && !string.Equals(fault, _faults[i], StringComparison.Ordinal))
            {
                Note(ClockEventKind.ServerRefused, _options.Servers[i].ToString(), default, fault);
            }

            _faults[i] = fault;
        }

        foreach (var index in _board.Take(samples))
        {
            Note(
                ClockEventKind.ServerRefused,
                _options.Servers[index].ToString(),
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
