using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>
/// info of version 2 (11.1), with what 2.2 clients require. No documents are signed here: their lists are empty.
/// </summary>
internal sealed record InfoAnswerV2(
    [property: JsonPropertyName("specs")] string Specs,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("logo")] string Logo,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("lang")] string Lang,
    [property: JsonPropertyName("description")] string Description,
    [property: JsonPropertyName("authType")] IReadOnlyList<string> AuthType,
    [property: JsonPropertyName("oauth2")] string OAuth2,
    [property: JsonPropertyName("asynchronousOperationMode")] bool AsynchronousOperationMode,
    [property: JsonPropertyName("methods")] IReadOnlyList<string> Methods,
    [property: JsonPropertyName("validationInfo")] bool ValidationInfo,
    [property: JsonPropertyName("supportedHashTypes")] IReadOnlyList<string> SupportedHashTypes,
    [property: JsonPropertyName("signAlgorithms")] SignAlgorithmsAnswer SignAlgorithms,
    [property: JsonPropertyName("signature_formats")] SignatureFormatsAnswer SignatureFormats,
    [property: JsonPropertyName("conformance_levels")] IReadOnlyList<string> ConformanceLevels);
