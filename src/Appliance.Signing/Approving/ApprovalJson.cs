using System.Text.Json.Serialization;

namespace Appliance.Signing.Approving;

/// <summary>Writes and reads the content of approvals.</summary>
[JsonSerializable(typeof(ApprovalContent))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
