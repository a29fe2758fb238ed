using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Fields;

/// <summary>
/// The digests of a request, decoded: an array of Base64 texts, or one text (csc-api section 5.10, traps 4, 6, 29).
/// </summary>
[JsonConverter(typeof(FieldHashesConverter))]
internal readonly struct FieldHashes
{
    /// <summary>The most hashes that one request may carry: a credential's highest multisign.</summary>
    public const int Limit = 10_000;

    private readonly IReadOnlyList<byte[]>? _values;

    private FieldHashes(HashesState state, IReadOnlyList<byte[]>? values)
    {
        State = state;
        _values = values;
    }

    public static FieldHashes WrongType => new(HashesState.WrongType, null);

    public static FieldHashes NotBase64 => new(HashesState.NotBase64, null);

    public static FieldHashes TooMany => new(HashesState.TooMany, null);

    public HashesState State { get; }

    /// <summary>The raw digests in request order; empty unless present.</summary>
    public IReadOnlyList<byte[]> Values => _values ?? [];

    public static FieldHashes Of(IReadOnlyList<byte[]> values)
    {
        if (values.Count > Limit)
        {
            return TooMany;
        }

        return values.Count == 0 ? new(HashesState.Empty, null) : new(HashesState.Present, values);
    }

    /// <summary>
    /// This one unless absent, else the other: the version's own name first, then the other version's.
    /// </summary>
    public FieldHashes Or(FieldHashes other) => State == HashesState.Absent ? other : this;
}
