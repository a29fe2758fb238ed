using Appliance.Server.Csc;

namespace Appliance.Server.Tests.Csc;

public sealed class AdmissionTests
{
    [Fact]
    public void Places_are_bounded_and_come_back()
    {
        var admission = new Admission(2);

        Assert.Null(admission.TryEnter());
        Assert.Null(admission.TryEnter());
        Assert.Same(CscErrors.Busy, admission.TryEnter());
        admission.Leave();
        Assert.Null(admission.TryEnter());
        Assert.Equal(2, admission.Inside);
    }

    [Fact]
    public void Nobody_enters_while_it_stops()
    {
        var admission = new Admission(2);
        Assert.Null(admission.TryEnter());
        admission.Stop();

        Assert.Same(CscErrors.Stopping, admission.TryEnter());
        admission.Leave();
        Assert.Equal(0, admission.Inside);
    }
}
