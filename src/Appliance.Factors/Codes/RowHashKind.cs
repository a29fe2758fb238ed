namespace Appliance.Factors.Codes;

/// <summary>What a keyed hash is for. The numbers are hashed along.</summary>
internal enum RowHashKind
{
    CodeDigest = 1,
    CodeRow = 2,
    LinkRow = 3,
    PinRow = 4,
    DestinationKey = 5,
    PinKey = 6,
}
