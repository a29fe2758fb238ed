using System.Globalization;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>How far a long command is, on a terminal's standard error; nowhere else.</summary>
internal sealed class CommandProgress(CommandEnvironment environment, string what, int total)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly long _begun = environment.Time.GetTimestamp();
    private TimeSpan _shown;
    private int _done;

    /// <summary>One more is done. Any thread.</summary>
    public void Step()
    {
        var done = Interlocked.Increment(ref _done);
        if (!environment.Terminal)
        {
            return;
        }

        lock (_lock)
        {
            var elapsed = environment.Time.GetElapsedTime(_begun);
            if (elapsed - _shown >= s_interval || (done == total && _shown > TimeSpan.Zero))
            {
                _shown = elapsed;
                environment.Error.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{what}: {done:N0} of {total:N0}"));
            }
        }
    }
}
