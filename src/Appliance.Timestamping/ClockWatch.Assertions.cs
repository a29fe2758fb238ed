namespace Appliance.Timestamping;

/// <content>The operator's word.</content>
public sealed partial class ClockWatch
{
    /// <summary>Until when an operator answers for the clock; null when nobody does.</summary>
    public DateTimeOffset? AssertedUntil
    {
        get
        {
            lock (_gate)
            {
                return _board.AssertedUntil;
            }
        }
    }

    /// <summary>
    /// An operator says that the clock is right now, and answers for it until then. A step, or drift beyond the
    /// accuracy of a unit that rests on the word, ends it.
    /// </summary>
    /// <param name="until">End of the assertion; the past withdraws it.</param>
    /// <param name="by">Who, for the record.</param>
    public void Assert(DateTimeOffset until, string by)
    {
        if (until <= _time.GetUtcNow())
        {
            Withdraw(by);
            return;
        }

        lock (_gate)
        {
            LookNow();
            _board.Assert(until);
            Note(ClockEventKind.Asserted, by, default, $"until {until:u}");
            Decide();
        }

        Tell();
    }

    /// <summary>An operator answers for the clock no more.</summary>
    /// <param name="by">Who, for the record.</param>
    public void Withdraw(string by)
    {
        lock (_gate)
        {
            LookNow();
            _board.Withdraw($"{by} has withdrawn the assertion");
            Note(ClockEventKind.Withdrawn, by, default, "the assertion was withdrawn");
            Decide();
        }

        Tell();
    }

    private void VoidAssertion(string because)
    {
        if (_board.AssertedUntil is not null)
        {
            _board.Withdraw($"{because}: an operator must assert it anew");
            Note(ClockEventKind.AssertionVoided, "operator", _board.Drift, because);
        }
    }
}
