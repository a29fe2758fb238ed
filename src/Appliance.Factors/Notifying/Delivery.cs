namespace Appliance.Factors.Notifying;

/// <summary>How an attempt to deliver ended.</summary>
/// <param name="Outcome">What to do now.</param>
/// <param name="Reason">A code such as http-503; never what anybody sent.</param>
/// <param name="RetryAfter">What the other end asked for; null when it did not.</param>
internal readonly record struct Delivery(DeliveryOutcome Outcome, string Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>The other end has it.</summary>
    public static Delivery Done => new(DeliveryOutcome.Delivered, "");

    /// <summary>Not now, perhaps later.</summary>
    public static Delivery Later(string reason, TimeSpan? after = null) => new(DeliveryOutcome.Later, reason, after);

    /// <summary>Not now, and trying again would not help.</summary>
    public static Delivery Never(string reason) => new(DeliveryOutcome.Never, reason);
}
