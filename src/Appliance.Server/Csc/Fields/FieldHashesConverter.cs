using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Server.Csc.Text;

namespace Appliance.Server.Csc.Fields;

/// <summary>
/// Decodes the digests while the JSON is read; the only allocations are the digests and their list. The hot path.
/// </summary>
internal sealed class FieldHashesConverter : JsonConverter<FieldHashes>
{
    public override bool HandleNull => true;

    public override FieldHashes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                return ReadText(ref reader);
            case JsonTokenType.StartArray:
                return ReadArray(ref reader);
            default:
                reader.Skip();
                return FieldHashes.WrongType;
        }
    }

    public override void Write(Utf8JsonWriter writer, FieldHashes value, JsonSerializerOptions options)
        => throw new NotSupportedException("Inputs are only read.");

    private static FieldHashes ReadArray(ref Utf8JsonReader reader)
    {
        var hashes = new List<byte[]>();
        var decoded = true;
        var tooMany = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                reader.Skip();
                decoded = false;
            }
            else if (hashes.Count == FieldHashes.Limit)
            {
                tooMany = true;
            }
            else if (decoded && TryDecode(ref reader, out var hash))
            {
                hashes.Add(hash);
            }
            else
            {
                decoded = false;
            }
        }

        if (!decoded)
        {
            return FieldHashes.NotBase64;
        }

        return tooMany ? FieldHashes.TooMany : FieldHashes.Of(hashes);
    }

    private static bool TryDecode(ref Utf8JsonReader reader, out byte[] hash)
    {
        if (!reader.HasValueSequence && !reader.ValueIsEscaped)
        {
            return LenientBase64.TryDecode(reader.ValueSpan, out hash);
        }

        var length = checked((int)(reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length));
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return LenientBase64.TryDecode(buffer.AsSpan(0, reader.CopyString(buffer)), out hash);
        }
        catch (InvalidOperationException)
        {
            hash = [];
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Laverca's extendTransaction model documents "[b64]"; Base64 has no comma, so a list in a string is unambiguous.
    /// </summary>
    private static FieldHashes ReadText(ref Utf8JsonReader reader)
    {
        if (!FieldReader.TryGetString(ref reader, out var text))
        {
            return FieldHashes.WrongType;
        }

        if (string.IsNullOrEmpty(text))
        {
            return default;
        }

        var list = text.AsSpan().Trim();
        list = list is ['[', .., ']'] ? list[1..^1] : list;
        var hashes = new List<byte[]>();
        foreach (var part in list.Split(','))
        {
            if (hashes.Count == FieldHashes.Limit)
            {
                return FieldHashes.TooMany;
            }

            if (!LenientBase64.TryDecode(list[part].Trim(" \""), out var hash))
            {
                return FieldHashes.NotBase64;
            }

            hashes.Add(hash);
        }

        return FieldHashes.Of(hashes);
    }
}
