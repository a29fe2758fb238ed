namespace Appliance.Grpc.Tests.Robustness.Runs;

/// <summary>How a case ended.</summary>
/// <param name="Kind">For the report.</param>
/// <param name="Failure">What the server did wrong; null for nothing.</param>
internal sealed record Outcome(string Kind, string? Failure);
