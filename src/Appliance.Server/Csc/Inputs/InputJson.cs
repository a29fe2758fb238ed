using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Inputs;

/// <summary>
/// Reads requests. Unknown members are ignored; a member that comes twice is refused, because two readers of such a
/// request may see two different ones ("includes a parameter more than once" is an invalid_request by RFC 6749).
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, MaxDepth = 16, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(LoginInput))]
[JsonSerializable(typeof(RevokeInput))]
[JsonSerializable(typeof(ListInput))]
[JsonSerializable(typeof(CredentialInput))]
[JsonSerializable(typeof(AuthorizeInput))]
[JsonSerializable(typeof(ExtendInput))]
[JsonSerializable(typeof(SignHashInput))]
[JsonSerializable(typeof(CheckInput))]
[JsonSerializable(typeof(ChallengeInput))]
[JsonSerializable(typeof(ApprovalInput))]
[JsonSerializable(typeof(SignerInput))]
[JsonSerializable(typeof(BulkOpenInput))]
[JsonSerializable(typeof(BulkFillInput))]
[JsonSerializable(typeof(BulkCloseInput))]
[JsonSerializable(typeof(TimestampInput))]
[JsonSerializable(typeof(StampBatchInput))]
internal sealed partial class InputJson : JsonSerializerContext;
