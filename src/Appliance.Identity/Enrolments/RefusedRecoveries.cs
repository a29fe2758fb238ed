namespace Appliance.Identity.Enrolments;

/// <summary>
/// Bounds what anybody can put into the audit trail by asking for recoveries: one record in ten seconds, which counts
/// those that had none.
/// </summary>
internal sealed class RefusedRecoveries(TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private DateTimeOffset _next;
    private int _count;

    /// <summary>The count of a record that is due now, this refusal in it; 0 for none.</summary>
    internal int Due()
    {
        lock (_gate)
        {
            return time.GetUtcNow() < _next ? 0 : _count + 1;
        }
    }

    /// <summary>Notes a refusal.</summary>
    /// <param name="recorded">What <see cref="Due"/> gave, when that was recorded; else 0.</param>
    internal void Note(int recorded)
    {
        lock (_gate)
        {
            _count = Math.Max(0, _count + 1 - recorded);
            _next = recorded > 0 ? time.GetUtcNow() + s_pause : _next;
        }
    }
}
