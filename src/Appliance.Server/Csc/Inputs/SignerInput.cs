using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>signers/profiles, packages, history, limit and restore (proto/appliance/v1/signers.proto).</summary>
internal sealed class SignerInput
{
    [JsonPropertyName("signerID")]
    public FieldText SignerId { get; set; }

    [JsonPropertyName("cursor")]
    public FieldText Cursor { get; set; }

    [JsonPropertyName("limit")]
    public FieldNumber Limit { get; set; }

    [JsonPropertyName("event")]
    public FieldText Event { get; set; }
}
