using System.Text.Json.Serialization;
using Appliance.Server.Timestamps.Clocks;

namespace Appliance.Server.Hosting;

[JsonSerializable(typeof(ReadyDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(ClockAssertion))]
internal sealed partial class HostingJson : JsonSerializerContext;
