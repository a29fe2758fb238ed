using System.Text.Json.Serialization;

namespace Appliance.Factors.Notifying;

[JsonSerializable(typeof(NoticeContent))]
internal sealed partial class NoticeJson : JsonSerializerContext;
