using Appliance.Ledger;
using Appliance.Load.Timestamps;

namespace Appliance.Load.Tests.Timestamps;

public sealed class StampAgreementTests
{
    private readonly StampAgreement _agreement = new();

    [Fact]
    public void Answers_and_what_was_left_in_flight_are_all_that_was_issued()
    {
        Issue(10);

        Assert.True(_agreement.Holds(answers: 10, abandoned: 0));
        Assert.True(_agreement.Holds(answers: 7, abandoned: 3));
        Assert.False(_agreement.Holds(answers: 7, abandoned: 2));
        Assert.False(_agreement.Holds(answers: 11, abandoned: 64));
        Assert.False(_agreement.Holds(answers: 0, abandoned: 64));
    }

    [Fact]
    public void A_failure_an_intent_alone_and_a_token_issued_twice_are_found()
    {
        Issue(10);
        Count(AuditEvent.TimestampIntent, Guid.CreateVersion7());
        Assert.False(_agreement.Holds(answers: 10, abandoned: 64));

        var twice = Guid.CreateVersion7();
        Count(AuditEvent.TimestampIssued, twice);
        Assert.True(_agreement.Holds(answers: 11, abandoned: 0));

        Count(AuditEvent.TimestampIntent, twice);
        Count(AuditEvent.TimestampIssued, twice);
        Assert.False(_agreement.Holds(answers: 12, abandoned: 64));
    }

    [Fact]
    public void What_failed_is_no_answer()
    {
        Issue(10);
        Count(AuditEvent.TimestampFailed, Guid.CreateVersion7());

        Assert.False(_agreement.Holds(answers: 10, abandoned: 64));
    }

    private void Issue(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var id = Guid.CreateVersion7();
            Count(AuditEvent.TimestampIntent, id);
            Count(AuditEvent.TimestampIssued, id);
        }
    }

    private void Count(AuditEvent happened, Guid requestId)
        => _agreement.Count(new AuditRecord { At = 0, Event = happened, RequestId = requestId });
}
