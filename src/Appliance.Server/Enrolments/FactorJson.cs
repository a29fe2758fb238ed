using System.Text.Json.Serialization;

namespace Appliance.Server.Enrolments;

/// <summary>Reads and writes the JSON of enrolment; a member that comes twice is refused, as everywhere.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    MaxDepth = 16,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FactorInput))]
[JsonSerializable(typeof(FactorAnswer))]
internal sealed partial class FactorJson : JsonSerializerContext;
