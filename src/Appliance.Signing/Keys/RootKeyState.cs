namespace Appliance.Signing.Keys;

/// <summary>State of a wrapped copy of the root key. Values are stored: never renumber.</summary>
public enum RootKeyState
{
    /// <summary>Used at start.</summary>
    Active = 1,

    /// <summary>Kept for the record, never unwrapped: its token was lost or given up.</summary>
    Retired = 2,
}
