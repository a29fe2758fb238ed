using System.Text.Json.Serialization;

namespace Appliance.Pkcs11.Login;

/// <summary>JSON of the file.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RefusedPinState))]
internal sealed partial class RefusedPinJson : JsonSerializerContext;
