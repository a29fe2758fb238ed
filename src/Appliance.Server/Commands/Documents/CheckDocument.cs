using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>One line of `doctor`.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Result">ok, warning, failed or skipped.</param>
/// <param name="Detail">What was found, and for anything but ok what to do.</param>
internal sealed record CheckDocument(
    [property: JsonPropertyName("check")] string Check,
    [property: JsonPropertyName("result")] string Result,
    [property: JsonPropertyName("detail")] string Detail);
