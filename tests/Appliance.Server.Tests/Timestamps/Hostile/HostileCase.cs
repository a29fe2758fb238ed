namespace Appliance.Server.Tests.Timestamps.Hostile;

/// <summary>One damaged request.</summary>
/// <param name="Kind">In words, for the tally.</param>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">Below the REST address.</param>
/// <param name="ContentType">Null for none.</param>
/// <param name="Body">What is sent.</param>
/// <param name="IsChunked">Without Content-Length.</param>
/// <param name="Status">The answer's; 200 has a TimeStampResp.</param>
internal sealed record HostileCase(
    string Kind, HttpMethod Method, string Path, string? ContentType, byte[] Body, bool IsChunked, int Status);
