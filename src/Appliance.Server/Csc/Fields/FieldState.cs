namespace Appliance.Server.Csc.Fields;

/// <summary>
/// What a parameter turned out to be. Null and the empty string are absent (csc-api section 5.10, trap 3).
/// </summary>
internal enum FieldState
{
    Absent,
    Present,
    WrongType,
}
