using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>bulk/activations/open (proto/appliance/v1/bulk.proto).</summary>
internal sealed class BulkOpenInput
{
    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    [JsonPropertyName("numSignatures")]
    public FieldNumber NumSignatures { get; set; }
}
