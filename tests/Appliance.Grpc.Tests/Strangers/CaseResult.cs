namespace Appliance.Grpc.Tests.Strangers;

/// <summary>A line that a client printed.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Error">What went wrong, in the client's words; null when nothing did.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record CaseResult(string Case, string? Error, int Milliseconds);
