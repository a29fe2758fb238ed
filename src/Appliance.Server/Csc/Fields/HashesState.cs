namespace Appliance.Server.Csc.Fields;

/// <summary>What the hashes of a request turned out to be; each fault has an error of its own.</summary>
internal enum HashesState
{
    Absent,
    Present,
    Empty,
    WrongType,
    NotBase64,
    TooMany,
}
