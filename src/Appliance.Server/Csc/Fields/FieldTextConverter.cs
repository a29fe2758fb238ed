using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>Reads a string; anything else is a wrong type, never an exception.</summary>
internal sealed class FieldTextConverter : JsonConverter<FieldText>
{
    public override bool HandleNull => true;

    public override FieldText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                return FieldReader.TryGetString(ref reader, out var text) ? FieldText.Of(text) : FieldText.WrongType;
            default:
                reader.Skip();
                return FieldText.WrongType;
        }
    }

    public override void Write(Utf8JsonWriter writer, FieldText value, JsonSerializerOptions options)
        => throw new NotSupportedException("Inputs are only read.");
}
