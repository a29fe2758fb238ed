using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>Reads an array of objects, or one object alone; anything else is a wrong type.</summary>
internal sealed class FieldAuthDataConverter : JsonConverter<FieldAuthData>
{
    /// <summary>More objects than any authentication expression needs.</summary>
    private const int Limit = 16;

    private static readonly FieldTextConverter s_text = new();

    public override bool HandleNull => true;

    public override FieldAuthData Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var values = new List<KeyValuePair<string, string>>();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return ReadObject(ref reader, values, options) ? FieldAuthData.Of(values) : FieldAuthData.WrongType;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return FieldAuthData.WrongType;
        }

        var good = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                good &= ReadObject(ref reader, values, options) && values.Count <= Limit;
            }
            else
            {
                reader.Skip();
                good = false;
            }
        }

        return good ? FieldAuthData.Of(values) : FieldAuthData.WrongType;
    }

    public override void Write(Utf8JsonWriter writer, FieldAuthData value, JsonSerializerOptions options)
        => throw new NotSupportedException("Inputs are only read.");

    /// <summary>
    /// False when id is missing, or id or value is no string. A missing value is the out-of-band form: nothing to
    /// check.
    /// </summary>
    private static bool ReadObject(
        ref Utf8JsonReader reader, List<KeyValuePair<string, string>> values, JsonSerializerOptions options)
    {
        FieldText id = default;
        FieldText value = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            var isValue = reader.ValueTextEquals("value"u8);
            reader.Read();
            var text = s_text.Read(ref reader, typeof(FieldText), options);
            id = isId ? text : id;
            value = isValue ? text : value;
        }

        if (!id.IsPresent || value.IsWrongType || values.Count > Limit)
        {
            return false;
        }

        values.Add(new(id.Value, value.Value ?? ""));
        return true;
    }
}
