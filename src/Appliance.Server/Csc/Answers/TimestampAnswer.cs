using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>
/// signatures/timestamp (CSC API v1 11.10): the TimeStampToken, a CMS ContentInfo, and not the TimeStampResp.
/// </summary>
internal sealed record TimestampAnswer(
    [property: JsonPropertyName("timestamp")] ReadOnlyMemory<byte> Timestamp);
