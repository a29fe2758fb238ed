namespace Appliance.Signing.Provisioning;

/// <summary>What became of an adoption that was not refused.</summary>
public enum AdoptionStatus
{
    /// <summary>The key is a credential now.</summary>
    Adopted,

    /// <summary>It could be one: a dry run.</summary>
    Possible,

    /// <summary>It was one of this signer before; nothing was changed.</summary>
    Present,
}
