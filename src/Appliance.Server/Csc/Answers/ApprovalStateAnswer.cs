using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>approvals/approve and deny.</summary>
internal sealed record ApprovalStateAnswer([property: JsonPropertyName("state")] string State);
