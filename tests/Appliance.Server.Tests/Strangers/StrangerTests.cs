namespace Appliance.Server.Tests.Strangers;

/// <summary>
/// The real process serves a client that nobody here wrote: it signs in, authorises, signs, streams, is refused, and is
/// told when the process stops.
/// </summary>
public abstract class StrangerTests<TRun>(TRun run) : IClassFixture<TRun>
    where TRun : StrangerRun
{
    /// <summary>Of the 25 that a stop may take.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(12);

    [Theory]
    [MemberData(nameof(ApplianceCases.All), MemberType = typeof(ApplianceCases))]
    public void The_client_passes(string name)
    {
        var error = run.ErrorOf(name);
        Assert.True(error is null, error);
    }

    [Fact]
    public void The_client_runs_no_case_that_is_not_asked_for() =>
        Assert.Empty(run.Cases.Except(ApplianceCases.All.Select(row => row.Data), StringComparer.Ordinal));

    [Fact]
    public void Stopped_while_streams_are_open_the_process_ends_well_and_soon()
    {
        run.End.Succeeded();
        Assert.InRange(run.StoppedWithin, TimeSpan.Zero, s_soon);
    }
}
