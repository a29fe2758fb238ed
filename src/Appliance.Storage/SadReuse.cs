namespace Appliance.Storage;

/// <summary>How often a SAD of a SCAL1 credential serves signHash. The numbers are stored.</summary>
public enum SadReuse
{
    /// <summary>Until every signature that it grants is made.</summary>
    UntilExhausted = 0,

    /// <summary>Once; extendTransaction gives another for what is left.</summary>
    OneShot = 1,
}
