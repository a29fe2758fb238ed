namespace Appliance.Storage;

/// <summary>The life of one authorised hash occurrence. The numbers are stored, two bits each.</summary>
public enum OccurrenceState
{
    /// <summary>May be signed.</summary>
    Authorised = 0,

    /// <summary>Is being signed while a reservation holds it; signed otherwise.</summary>
    Used = 1,

    /// <summary>In doubt: may have been signed, and never will be again.</summary>
    Spent = 2,
}
