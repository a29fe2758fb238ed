using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>Reads a boolean from a boolean, its name or 1 and 0; anything else is a wrong type.</summary>
internal sealed class FieldFlagConverter : JsonConverter<FieldFlag>
{
    public override bool HandleNull => true;

    public override FieldFlag Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.True:
                return FieldFlag.Of(true);
            case JsonTokenType.False:
                return FieldFlag.Of(false);
            case JsonTokenType.Number:
                return reader.TryGetInt32(out var number) && number is 0 or 1
                    ? FieldFlag.Of(number == 1)
                    : FieldFlag.WrongType;
            case JsonTokenType.String:
                return FieldReader.TryGetString(ref reader, out var text) ? FromText(text) : FieldFlag.WrongType;
            default:
                reader.Skip();
                return FieldFlag.WrongType;
        }
    }

    public override void Write(Utf8JsonWriter writer, FieldFlag value, JsonSerializerOptions options)
        => throw new NotSupportedException("Inputs are only read.");

    private static FieldFlag FromText(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return default;
        }

        if (text.Equals("true", StringComparison.OrdinalIgnoreCase) || text == "1")
        {
            return FieldFlag.Of(true);
        }

        return text.Equals("false", StringComparison.OrdinalIgnoreCase) || text == "0"
            ? FieldFlag.Of(false)
            : FieldFlag.WrongType;
    }
}
