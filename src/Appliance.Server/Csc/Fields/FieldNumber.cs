using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>An integer parameter; a numeric string counts (csc-api section 5.9). Out of range saturates.</summary>
[JsonConverter(typeof(FieldNumberConverter))]
internal readonly record struct FieldNumber(FieldState State, long Value)
{
    public static FieldNumber WrongType => new(FieldState.WrongType, 0);

    public bool IsPresent => State == FieldState.Present;

    public static FieldNumber Of(long value) => new(FieldState.Present, value);
}
