using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>A boolean parameter; "true", "false", 1 and 0 count (csc-api sections 2.2 and 5.9).</summary>
[JsonConverter(typeof(FieldFlagConverter))]
internal readonly record struct FieldFlag(FieldState State, bool Value)
{
    public static FieldFlag WrongType => new(FieldState.WrongType, false);

    /// <summary>True only when given and true; every CSC flag defaults to false.</summary>
    public bool IsSet => State == FieldState.Present && Value;

    public bool IsWrongType => State == FieldState.WrongType;

    public static FieldFlag Of(bool value) => new(FieldState.Present, value);
}
