namespace Appliance.Server.Tests.Strangers;

/// <summary>npm's @grpc/grpc-js.</summary>
public sealed class GrpcJsTests(GrpcJsRun run) : StrangerTests<GrpcJsRun>(run);
