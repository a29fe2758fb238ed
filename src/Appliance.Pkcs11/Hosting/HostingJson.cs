using System.Text.Json.Serialization;

namespace Appliance.Pkcs11.Hosting;

/// <summary>What is told seldom, and grows, goes as JSON.</summary>
[JsonSerializable(typeof(HostedSlotStart))]
[JsonSerializable(typeof(SlotStatus))]
internal sealed partial class HostingJson : JsonSerializerContext;
