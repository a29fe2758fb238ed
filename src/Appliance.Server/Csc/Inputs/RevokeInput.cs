using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>auth/revoke (CSC API v1 11.3, v2 11.3).</summary>
internal sealed class RevokeInput
{
    [JsonPropertyName("token")]
    public FieldText Token { get; set; }

    [JsonPropertyName("token_type_hint")]
    public FieldText TokenTypeHint { get; set; }
}
