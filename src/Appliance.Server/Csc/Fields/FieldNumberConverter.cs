using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>Reads an integer from a number or a numeric string; anything else is a wrong type.</summary>
internal sealed class FieldNumberConverter : JsonConverter<FieldNumber>
{
    public override bool HandleNull => true;

    public override FieldNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var number) ? FieldNumber.Of(number) : FromDouble(reader.GetDouble());
            case JsonTokenType.String:
                return FieldReader.TryGetString(ref reader, out var text) ? FromText(text) : FieldNumber.WrongType;
            default:
                reader.Skip();
                return FieldNumber.WrongType;
        }
    }

    public override void Write(Utf8JsonWriter writer, FieldNumber value, JsonSerializerOptions options)
        => throw new NotSupportedException("Inputs are only read.");

    private static FieldNumber FromText(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return default;
        }

        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number))
        {
            return FieldNumber.Of(number);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            ? FromDouble(real)
            : FieldNumber.WrongType;
    }

    private static FieldNumber FromDouble(double number)
    {
        if (double.IsNaN(number) || (double.IsFinite(number) && number != Math.Truncate(number)))
        {
            return FieldNumber.WrongType;
        }

        if (number >= long.MaxValue)
        {
            return FieldNumber.Of(long.MaxValue);
        }

        return FieldNumber.Of(number <= long.MinValue ? long.MinValue : (long)number);
    }
}
