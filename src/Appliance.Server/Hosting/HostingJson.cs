using System.Text.Json.Serialization;

namespace Appliance.Server.Hosting;

[JsonSerializable(typeof(ReadyDocument))]
[JsonSerializable(typeof(HealthDocument))]
internal sealed partial class HostingJson : JsonSerializerContext;
