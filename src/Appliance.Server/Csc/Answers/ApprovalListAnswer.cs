using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>approvals/list.</summary>
internal sealed record ApprovalListAnswer(
    [property: JsonPropertyName("approvals")] IReadOnlyList<ApprovalAnswer> Approvals);
