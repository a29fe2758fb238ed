namespace Appliance.Storage;

/// <summary>The life of an authorised hash occurrence. The numbers are stored.</summary>
public enum ActivationHashState
{
    /// <summary>May be signed.</summary>
    Authorised = 0,

    /// <summary>Is being signed.</summary>
    Reserved = 1,

    /// <summary>Signed.</summary>
    Consumed = 2,

    /// <summary>In doubt: may have been signed, and never will be again.</summary>
    Spent = 3,
}
