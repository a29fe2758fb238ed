using System.Text.Json.Serialization;

namespace Appliance.Server.Admin.Wire;

[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(FileQuestion))]
internal sealed partial class WireJson : JsonSerializerContext;
