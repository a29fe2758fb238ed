namespace Appliance.Server.Tests.Strangers;

/// <summary>Debian's python3-grpcio (C-core).</summary>
public sealed class GrpcioTests(GrpcioRun run) : StrangerTests<GrpcioRun>(run);
