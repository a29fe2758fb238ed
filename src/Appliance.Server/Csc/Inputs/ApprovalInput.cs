using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>approvals/show, approve, deny and list (proto/appliance/v1/approvals.proto).</summary>
internal sealed class ApprovalInput
{
    [JsonPropertyName("link")]
    public FieldText Link { get; set; }

    [JsonPropertyName("approvalID")]
    public FieldText ApprovalId { get; set; }

    [JsonPropertyName("OTP")]
    public FieldText Otp { get; set; }

    [JsonPropertyName("signerID")]
    public FieldText SignerId { get; set; }
}
