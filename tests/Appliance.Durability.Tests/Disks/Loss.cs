namespace Appliance.Durability.Tests.Disks;

/// <summary>What becomes of that which was written and not synced when the power goes. All of it is legal.</summary>
internal enum Loss
{
    /// <summary>It is gone.</summary>
    Everything,

    /// <summary>It is there: as after kill -9.</summary>
    Nothing,

    /// <summary>What came first is there, up to some point.</summary>
    Tail,

    /// <summary>Any of the changes of a file is there, whatever their order.</summary>
    Some,

    /// <summary>Of any write, any sectors of 512 bytes are there.</summary>
    Sectors,

    /// <summary>Of any write, any pages of 4,096 bytes are there.</summary>
    Pages,

    /// <summary>Any sector that was written is there, or is not, or holds anything at all.</summary>
    Garbage,
}
