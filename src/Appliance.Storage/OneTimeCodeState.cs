namespace Appliance.Storage;

/// <summary>What a code that was sent is worth. The numbers are stored.</summary>
public enum OneTimeCodeState
{
    /// <summary>It may be tried until it expires.</summary>
    Open = 0,

    /// <summary>It was accepted.</summary>
    Used = 1,

    /// <summary>Too many wrong tries.</summary>
    Void = 2,
}
