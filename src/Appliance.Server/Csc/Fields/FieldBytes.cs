using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>A parameter of bytes: Base64 text in JSON, read as leniently as digests.</summary>
[JsonConverter(typeof(FieldBytesConverter))]
internal readonly struct FieldBytes(BytesState state, byte[]? value)
{
    public static FieldBytes WrongType => new(BytesState.WrongType, null);

    public static FieldBytes Empty => new(BytesState.Empty, null);

    public static FieldBytes NotBase64 => new(BytesState.NotBase64, null);

    public BytesState State { get; } = state;

    /// <summary>The bytes; null unless present.</summary>
    public byte[]? Value { get; } = value;

    public static FieldBytes Of(byte[] value) => value.Length == 0 ? Empty : new(BytesState.Present, value);
}
