namespace Appliance.Server.Csc.Fields;

/// <summary>What a parameter of bytes turned out to be.</summary>
internal enum BytesState
{
    Absent,
    Present,
    WrongType,
    NotBase64,
}
