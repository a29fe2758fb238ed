namespace Appliance.Grpc.Tests.Strangers;

/// <summary>A client that nobody here wrote is served as by any other gRPC server.</summary>
public abstract class StrangerTests<TRun>(TRun run) : IClassFixture<TRun>
    where TRun : StrangerRun
{
    [Theory]
    [MemberData(nameof(InteropCases.All), MemberType = typeof(InteropCases))]
    public void The_client_passes(string name)
    {
        var error = run.ErrorOf(name);
        Assert.True(error is null, error);
    }

    [Fact]
    public void The_client_runs_no_case_that_is_not_asked_for() =>
        Assert.Empty(run.Cases.Except(InteropCases.All.Select(row => row.Data), StringComparer.Ordinal));
}
