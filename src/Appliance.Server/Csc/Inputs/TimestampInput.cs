using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>
/// signatures/timestamp (CSC API v1 11.10, v2 11.13: the same names in both); the last three are ours.
/// </summary>
internal sealed class TimestampInput
{
    [JsonPropertyName("hash")]
    public FieldBytes Hash { get; set; }

    [JsonPropertyName("hashAlgo")]
    public FieldText HashAlgo { get; set; }

    [JsonPropertyName("nonce")]
    public FieldText Nonce { get; set; }

    /// <summary>Nothing is done with it, whatever its type: the table has no row for it.</summary>
    [JsonPropertyName("clientData")]
    public FieldText ClientData { get; set; }

    [JsonPropertyName("unit")]
    public FieldText Unit { get; set; }

    [JsonPropertyName("policy")]
    public FieldText Policy { get; set; }

    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    /// <summary>Until the caller gives up, by the wire's own deadline; infinite when it has none.</summary>
    [JsonIgnore]
    public TimeSpan TimeLeft { get; set; } = Timeout.InfiniteTimeSpan;
}
