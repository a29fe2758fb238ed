using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>credentials/authorizeCheck (CSC API v2 11.7).</summary>
internal sealed class CheckInput
{
    [JsonPropertyName("handle")]
    public FieldText Handle { get; set; }
}
