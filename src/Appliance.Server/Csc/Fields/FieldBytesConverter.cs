using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Server.Csc.Text;

namespace Appliance.Server.Csc.Fields;

/// <summary>Decodes Base64 text; anything else is a wrong type.</summary>
internal sealed class FieldBytesConverter : JsonConverter<FieldBytes>
{
    public override bool HandleNull => true;

    public override FieldBytes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.String || !FieldReader.TryGetString(ref reader, out var text))
        {
            reader.Skip();
            return FieldBytes.WrongType;
        }

        if (string.IsNullOrEmpty(text))
        {
            return FieldBytes.Empty;
        }

        return LenientBase64.TryDecode(text, out var bytes) ? FieldBytes.Of(bytes) : FieldBytes.NotBase64;
    }

    public override void Write(Utf8JsonWriter writer, FieldBytes value, JsonSerializerOptions options)
        => throw new NotSupportedException("Inputs are only read.");
}
