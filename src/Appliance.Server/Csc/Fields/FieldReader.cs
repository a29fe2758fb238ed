using System.Text.Json;

namespace Appliance.Server.Csc.Fields;

/// <summary>What the field converters share.</summary>
internal static class FieldReader
{
    /// <summary>False for a string that is no Unicode (broken UTF-8, lone surrogates).</summary>
    public static bool TryGetString(ref Utf8JsonReader reader, out string? text)
    {
        try
        {
            text = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }
}
