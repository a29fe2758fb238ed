namespace Appliance.Storage;

/// <summary>Whether an activation authorises anything. The numbers are stored.</summary>
public enum ActivationState
{
    /// <summary>Until it expires or is used up.</summary>
    Open = 0,

    /// <summary>Withdrawn, or carried over to another.</summary>
    Void = 1,

    /// <summary>A bulk activation that is being filled: it authorises nothing yet.</summary>
    Staged = 2,
}
