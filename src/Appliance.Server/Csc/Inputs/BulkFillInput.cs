using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>bulk/activations/fill (proto/appliance/v1/bulk.proto).</summary>
internal sealed class BulkFillInput
{
    [JsonPropertyName("activationID")]
    public FieldText ActivationId { get; set; }

    [JsonPropertyName("first")]
    public FieldNumber First { get; set; }

    [JsonPropertyName("hashes")]
    public FieldHashes Hashes { get; set; }
}
