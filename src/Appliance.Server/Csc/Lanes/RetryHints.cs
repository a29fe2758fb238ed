namespace Appliance.Server.Csc.Lanes;

/// <summary>
/// One refusal with many delays: each is made once, so that being refused costs nothing, and those who are refused
/// together are told different ones, so that they do not come back together.
/// </summary>
internal sealed class RetryHints
{
    private const double Shortest = 0.05;
    private const double Longest = 60;
    private const double Step = 1.2;

    /// <summary>The golden ratio's fraction: its multiples fill the circle evenly, however many there are.</summary>
    private const double Golden = 0.6180339887498949;

    /// <summary>In pairs: REST knows whole seconds only, so that below one every other is told two.</summary>
    private readonly CscError[] _errors;
    private int _refused;

    public RetryHints(CscError error)
    {
        var count = 1 + (int)Math.Ceiling(Math.Log(Longest / Shortest) / Math.Log(Step));
        _errors = new CscError[2 * count];
        for (var i = 0; i < _errors.Length; i++)
        {
            var seconds = Shortest * Math.Pow(Step, i / 2);
            _errors[i] = error with
            {
                RetryAfterSeconds = (int)Math.Ceiling(seconds) + (seconds < 1 ? i % 2 : 0),
                RetryAfter = TimeSpan.FromMilliseconds(Math.Round(1_000 * seconds)),
            };
        }
    }

    /// <summary>The refusal with a delay between the given one and half as much again.</summary>
    public CscError After(TimeSpan delay)
    {
        var turn = unchecked((uint)Interlocked.Increment(ref _refused));
        var seconds = delay.TotalSeconds * (1 + (turn * Golden % 1 / 2));
        var index = seconds <= Shortest ? 0 : (int)Math.Round(Math.Log(seconds / Shortest) / Math.Log(Step));
        return _errors[Math.Min((2 * index) + (int)(turn & 1), _errors.Length - 2 + (int)(turn & 1))];
    }
}
