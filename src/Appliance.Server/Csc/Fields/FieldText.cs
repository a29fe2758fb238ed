using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>A string parameter as a client sent it.</summary>
[JsonConverter(typeof(FieldTextConverter))]
internal readonly record struct FieldText(FieldState State, string Value)
{
    public static FieldText WrongType => new(FieldState.WrongType, "");

    public bool IsPresent => State == FieldState.Present;

    public bool IsWrongType => State == FieldState.WrongType;

    /// <summary>The value, or null when absent or of a wrong type.</summary>
    public string? ValueOrNull => IsPresent ? Value : null;

    public static FieldText Of(string? value)
        => string.IsNullOrEmpty(value) ? default : new FieldText(FieldState.Present, value);

    /// <summary>
    /// This one unless absent, else the other: the version's own name first, then the other version's.
    /// </summary>
    public FieldText Or(FieldText other) => State == FieldState.Absent ? other : this;
}
