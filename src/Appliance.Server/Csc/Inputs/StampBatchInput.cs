using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>timestamps/batch (proto/appliance/v1/timestamping.proto).</summary>
internal sealed class StampBatchInput
{
    [JsonPropertyName("hashes")]
    public FieldHashes Hashes { get; set; }

    [JsonPropertyName("hashAlgorithmOID")]
    public FieldText HashAlgorithmOid { get; set; }

    [JsonPropertyName("nonce")]
    public FieldBytes Nonce { get; set; }

    [JsonPropertyName("unit")]
    public FieldText Unit { get; set; }

    [JsonPropertyName("policy")]
    public FieldText Policy { get; set; }

    [JsonPropertyName("certReq")]
    public FieldFlag CertReq { get; set; }

    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    /// <summary>Until the caller gives up, by the wire's own deadline; infinite when it has none.</summary>
    [JsonIgnore]
    public TimeSpan TimeLeft { get; set; } = Timeout.InfiniteTimeSpan;
}
