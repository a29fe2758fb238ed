using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>A JSON array that is written item by item, however many come.</summary>
internal sealed class JsonList<T>(TextWriter output, JsonTypeInfo<T> type)
{
    private bool _begun;

    public void Add(T item)
    {
        output.WriteLine(_begun ? "," : "[");
        output.Write(JsonSerializer.Serialize(item, type));
        _begun = true;
    }

    public void End() => output.WriteLine(_begun ? $"{Environment.NewLine}]" : "[]");
}
