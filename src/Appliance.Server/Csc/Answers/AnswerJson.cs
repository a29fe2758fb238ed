using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>Writes answers; absent members are left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(LoginAnswer))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(ListAnswerV1))]
[JsonSerializable(typeof(ListAnswerV2))]
[JsonSerializable(typeof(CredentialAnswerV1))]
[JsonSerializable(typeof(CredentialAnswerV2))]
[JsonSerializable(typeof(AuthorizeAnswer))]
[JsonSerializable(typeof(HandleAnswer))]
[JsonSerializable(typeof(ApprovalAnswer))]
[JsonSerializable(typeof(ApprovalListAnswer))]
[JsonSerializable(typeof(ApprovalStateAnswer))]
[JsonSerializable(typeof(SignHashAnswer))]
[JsonSerializable(typeof(ProfilesAnswer))]
[JsonSerializable(typeof(PackagesAnswer))]
[JsonSerializable(typeof(HistoryAnswer))]
[JsonSerializable(typeof(LimitAnswer))]
[JsonSerializable(typeof(BulkOpenAnswer))]
[JsonSerializable(typeof(BulkFillAnswer))]
[JsonSerializable(typeof(TimestampAnswer))]
[JsonSerializable(typeof(StampBatchAnswer))]
[JsonSerializable(typeof(InfoAnswerV1))]
[JsonSerializable(typeof(InfoAnswerV2))]
internal sealed partial class AnswerJson : JsonSerializerContext;
