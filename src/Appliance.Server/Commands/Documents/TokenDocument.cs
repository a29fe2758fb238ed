using System.Text.Json.Serialization;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Documents;

/// <summary>What a time-stamp token says, in the answers of `timestamp`.</summary>
internal sealed record TokenDocument
{
    /// <summary>genTime.</summary>
    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; init; }

    /// <summary>Seconds, either way; left out when the token declares none.</summary>
    [JsonPropertyName("accuracy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Accuracy { get; init; }

    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    /// <summary>Hex.</summary>
    [JsonPropertyName("serialNumber")]
    public required string SerialNumber { get; init; }

    [JsonPropertyName("hashAlgorithm")]
    public required string HashAlgorithm { get; init; }

    /// <summary>The imprint, hex.</summary>
    [JsonPropertyName("digest")]
    public required string Digest { get; init; }

    public static TokenDocument Of(TimestampToken said) => new()
    {
        Time = said.Time,
        Accuracy = said.Accuracy?.Span.TotalSeconds,
        Policy = said.Policy,
        SerialNumber = Convert.ToHexStringLower(said.SerialNumber.Span),
        HashAlgorithm = said.HashAlgorithm.Name!,
        Digest = Convert.ToHexStringLower(said.Digest.Span),
    };
}
