using System.Text.Json.Serialization;

namespace Appliance.Load.Timestamps;

/// <summary>The line that load/tsa.lua prints.</summary>
/// <param name="Answers">Whole answers that wrk counted.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="ProcessorTime">What wrk used itself, microseconds.</param>
/// <param name="P50">Median latency, microseconds.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Refused">Answers with a status above 399.</param>
/// <param name="Broken">Connections and requests that failed.</param>
internal sealed record WrkResult(
    [property: JsonPropertyName("answers")] long Answers,
    [property: JsonPropertyName("us")] long Microseconds,
    [property: JsonPropertyName("cpuUs")] long ProcessorTime,
    [property: JsonPropertyName("p50us")] long P50,
    [property: JsonPropertyName("p99us")] long P99,
    [property: JsonPropertyName("refused")] long Refused,
    [property: JsonPropertyName("broken")] long Broken);
