namespace Appliance.Storage;

/// <summary>What a signer may do. The numbers are stored.</summary>
public enum SignerState
{
    /// <summary>Everything its credentials allow.</summary>
    Active = 0,

    /// <summary>Nothing may be authorised or signed until an operator lifts it.</summary>
    Limited = 1,
}
