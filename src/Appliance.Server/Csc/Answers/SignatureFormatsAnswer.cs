using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>The object signature_formats of version 2's info (11.1); one list of properties per format.</summary>
internal sealed record SignatureFormatsAnswer(
    [property: JsonPropertyName("formats")] IReadOnlyList<string> Formats,
    [property: JsonPropertyName("envelope_properties")] IReadOnlyList<IReadOnlyList<string>> EnvelopeProperties);
