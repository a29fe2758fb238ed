namespace Appliance.Server.Csc.Fields;

/// <summary>What a parameter of bytes turned out to be.</summary>
internal enum BytesState
{
    Absent,
    Present,

    /// <summary>An empty string: as absent, but where a table tells them apart.</summary>
    Empty,

    WrongType,
    NotBase64,
}
