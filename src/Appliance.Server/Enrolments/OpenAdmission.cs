using Appliance.Server.Csc;

namespace Appliance.Server.Enrolments;

/// <summary>
/// Places for calls that anybody may make: so many of those of all calls, so that strangers never take them all.
/// </summary>
internal sealed class OpenAdmission(Admission all, int limit)
{
    private int _inside;

    /// <summary>Null when a place was taken, which <see cref="Leave"/> gives back; else why there is none.</summary>
    /// <param name="known">True for a call with a good token, which has its place among those of all.</param>
    public CscError? TryEnter(bool known)
    {
        if (!known && Interlocked.Increment(ref _inside) > limit)
        {
            Interlocked.Decrement(ref _inside);
            return all.Busy(isBulk: false);
        }

        if (all.TryEnter(known) is not { } refusal)
        {
            return null;
        }

        if (!known)
        {
            Interlocked.Decrement(ref _inside);
        }

        return refusal;
    }

    public void Leave(bool known)
    {
        if (!known)
        {
            Interlocked.Decrement(ref _inside);
        }

        all.Leave();
    }
}
