namespace Appliance.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public void An_outcome_is_in_flight_then_done_or_in_doubt_or_gone()
    {
        var request = NewId();
        var big = new byte[100_000];
        big[^1] = 9;
        BeginIncarnation();
        Change(() => Writer.Outcomes.Insert(1, UInt128.MaxValue, request, long.MaxValue));
        var row = new OutcomeRow(OutcomeState.InFlight, UInt128.MaxValue, request, long.MaxValue, 0, []);
        Assert.Equivalent(row, Find(1), strict: true);

        Change(() => Writer.Outcomes.Complete(1, 7, big));
        Assert.Equivalent(row with { State = OutcomeState.Done, Mac = 7, Signatures = big }, Find(1), strict: true);
        Change(() => Writer.Outcomes.Insert(2, 3, request, 60));
        Change(() => Writer.Outcomes.SetInDoubt(2));
        Assert.Equal(OutcomeState.InDoubt, Find(2)!.State);

        Change(() => Writer.Outcomes.Delete(2));
        Assert.Null(Find(2));
        Assert.NotNull(Find(1));
    }

    [Fact]
    public void There_is_one_outcome_of_a_key()
    {
        BeginIncarnation();
        Change(() => Writer.Outcomes.Insert(1, 1, NewId(), 50));

        var error = Assert.Throws<StoreException>(() => Change(() => Writer.Outcomes.Insert(1, 2, NewId(), 50)));

        Assert.Equal(StoreFailure.Constraint, error.Failure);
        Writer.Rollback();
        Assert.Equal(1u, Find(1)!.Fingerprint);
    }

    [Fact]
    public void A_transaction_sees_the_outcomes_that_it_changed()
    {
        BeginIncarnation();
        Change(() => Writer.Outcomes.Insert(1, 1, NewId(), 50));
        var second = NewId();
        var keys = new StoreKeys();
        keys.AddOutcome(1);
        keys.AddOutcome(2);

        Writer.Begin(keys);
        Assert.Equal(1u, Writer.Outcomes.Find(1)!.Fingerprint);
        Assert.Null(Writer.Outcomes.Find(2));
        Writer.Outcomes.Delete(1);
        Assert.Null(Writer.Outcomes.Find(1));
        Writer.Outcomes.Insert(1, 5, second, 60);
        Writer.Outcomes.Insert(2, 6, second, 60);
        Assert.Equal((5u, second), (Writer.Outcomes.Find(1)!.Fingerprint, Writer.Outcomes.Find(1)!.RequestId));
        Writer.Outcomes.Complete(2, 9, [1, 2]);
        Assert.Equal(OutcomeState.Done, Writer.Outcomes.Find(2)!.State);
        Writer.Commit();

        Assert.Equal((5u, OutcomeState.InFlight), (Find(1)!.Fingerprint, Find(1)!.State));
        Assert.Equal([1, 2], Find(2)!.Signatures);
    }

    [Fact]
    public void Outcomes_are_forgotten_when_their_time_is_over_a_few_at_a_time_and_never_in_flight()
    {
        BeginIncarnation();
        for (var i = 1; i <= 5; i++)
        {
            var key = (UInt128)i;
            Change(() => Writer.Outcomes.Insert(key, 0, NewId(), 100 - i));
            if (i != 3)
            {
                Change(() => Writer.Outcomes.Complete(key, 0, [1]));
            }
        }

        Assert.Equal(2, Commit(() => Writer.Outcomes.DeleteExpired(98, 2)));
        Assert.Equal(
            [true, true, true, false, false], Enumerable.Range(1, 5).Select(i => Find((UInt128)i) is not null));
        Assert.Equal(1, Commit(() => Writer.Outcomes.DeleteExpired(98, 2)));
        Assert.Equal(0, Commit(() => Writer.Outcomes.DeleteExpired(98, 2)));
        Assert.NotNull(Find(1));
        Assert.NotNull(Find(3));
    }

    [Fact]
    public void A_reservation_may_name_its_outcome()
    {
        var incarnation = BeginIncarnation();
        Commit(() => Writer.Reservations.Insert(incarnation, NewId(), NewId(), [0, 5], UInt128.MaxValue - 1));
        Commit(() => Writer.Reservations.Insert(incarnation, NewId(), NewId(), [1]));

        var rows = _temporary.Store.Read(c => c.Reservations.List(incarnation, 10));

        Assert.Equal([UInt128.MaxValue - 1, null], rows.Select(row => row.OutcomeKey));
        Assert.Equal([0, 5], rows[0].Ordinals);
    }

    private OutcomeRow? Find(UInt128 key) => _temporary.Store.Read(c => c.Outcomes.Find(key));

    private void Change(Action change) => Commit(() =>
    {
        change();
        return 0;
    });
}
