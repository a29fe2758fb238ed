namespace Appliance.Ledger;

/// <summary>How a reservation ends.</summary>
public enum ReservationOutcome
{
    /// <summary>Signed: the occurrences are used up.</summary>
    Consumed,

    /// <summary>
    /// Never dispatched, or every attempt ended in a definite error of the token: the occurrences may be used again.
    /// </summary>
    Released,

    /// <summary>In doubt: a signature may exist, so the occurrences are used up.</summary>
    Spent,
}
