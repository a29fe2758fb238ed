using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>
/// authData of version 2: one object {id, value} per authentication object (CSC API 2.0.0.2 section 11.7).
/// </summary>
[JsonConverter(typeof(FieldAuthDataConverter))]
internal readonly struct FieldAuthData(FieldState state, IReadOnlyList<KeyValuePair<string, string>>? values)
{
    private readonly IReadOnlyList<KeyValuePair<string, string>>? _values = values;

    public static FieldAuthData WrongType => new(FieldState.WrongType, null);

    public FieldState State { get; } = state;

    /// <summary>Ids and values, as sent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values => _values ?? [];

    public static FieldAuthData Of(IReadOnlyList<KeyValuePair<string, string>> values)
        => new(FieldState.Present, values);
}
