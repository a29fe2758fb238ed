using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>
/// authData of version 2: one object {id, value} per authentication object (CSC API 2.0.0.2 section 11.7).
/// </summary>
[JsonConverter(typeof(FieldAuthDataConverter))]
internal readonly struct FieldAuthData(FieldState state, IReadOnlyList<KeyValuePair<string, string>>? values)
{
    public static FieldAuthData WrongType => new(FieldState.WrongType, null);

    public FieldState State { get; } = state;

    private IReadOnlyList<KeyValuePair<string, string>> Values { get; } = values ?? [];

    public static FieldAuthData Of(IReadOnlyList<KeyValuePair<string, string>> values)
        => new(FieldState.Present, values);

    /// <summary>
    /// The value with that id; null when there is none, or more than one: then nobody can tell which is meant.
    /// </summary>
    public string? Find(string id)
    {
        string? found = null;
        foreach (var (key, value) in Values ?? [])
        {
            if (!key.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (found is not null)
            {
                return null;
            }

            found = value;
        }

        return found;
    }
}
