namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>One thing that the client of a case does.</summary>
internal readonly record struct Step(StepKind Kind, byte[] Bytes, uint Stream);
