using Appliance.Server.Csc;
using Appliance.Server.Csc.Lanes;
using Appliance.Server.Options;
using Appliance.Server.Tests.Csc.Lanes;
using Appliance.Signing;

namespace Appliance.Server.Tests.Csc;

public sealed class AdmissionTests
{
    private const int Many = 100;

    private static readonly Caller s_flooder = new(Guid.NewGuid(), Guid.Empty);
    private static readonly Caller s_other = new(Guid.NewGuid(), Guid.Empty);
    private static readonly Caller s_third = new(Guid.NewGuid(), Guid.Empty);

    private readonly HandTime _time = new();

    [Fact]
    public void Places_are_bounded_and_come_back()
    {
        var admission = Make(2);

        Assert.Null(admission.TryEnter(isToBeKnown: false));
        Assert.Null(admission.TryEnter(isToBeKnown: false));
        Assert.Equal(CscErrors.Busy.Description, admission.TryEnter(isToBeKnown: false)?.Description);
        admission.Leave();
        Assert.Null(admission.TryEnter(isToBeKnown: false));
        Assert.Equal(2, admission.Inside);
    }

    [Fact]
    public void Nobody_enters_while_it_stops()
    {
        var admission = Make(2);
        Assert.Null(admission.TryEnter());
        admission.Stop();

        Assert.Same(CscErrors.Stopping, admission.TryEnter());
        admission.Leave();
        Assert.Equal(0, admission.Inside);
    }

    [Fact]
    public void A_client_alone_has_all_places_and_no_more()
    {
        var admission = Make(10);

        Assert.Equal(10, Enter(admission, s_flooder, 30));
        Assert.Equal(10, admission.Inside);
    }

    [Fact]
    public void A_client_that_floods_keeps_no_other_from_its_share()
    {
        var admission = Make(12);
        Assert.Equal(12, Enter(admission, s_flooder, 30));

        Assert.Equal(6, Enter(admission, s_other, 30));
        Assert.Equal(4, Enter(admission, s_third, 30));

        // What becomes free is for those below their share, until there are free places again.
        Leave(admission, s_flooder, 5);
        Assert.Equal(0, Enter(admission, s_flooder, 5));
        Leave(admission, s_flooder, 7);
        Assert.Equal(4, Enter(admission, s_flooder, 5));
    }

    [Fact]
    public void Strangers_have_no_place_beyond_the_limit()
    {
        var admission = Make(4);
        Assert.Equal(4, Enter(admission, s_flooder, 10));

        Assert.NotNull(admission.TryEnter(isToBeKnown: false));
        Assert.Equal(2, Enter(admission, s_other, 10));
        Assert.Equal(6, admission.Inside);
    }

    [Fact]
    public void Bulk_calls_take_no_interactive_places()
    {
        var admission = Make(4, bulk: 2);
        var works = new List<AdmittedWork>();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(1, Enter(admission, s_flooder, 1));
            if (admission.TryBegin(s_flooder, Many, Timeout.InfiniteTimeSpan, out var work) is null)
            {
                works.Add(work);
            }
            else
            {
                Leave(admission, s_flooder, 1);
            }
        }

        Assert.Equal(2, works.Count);
        Assert.Equal(4, Enter(admission, s_flooder, 10));
        works.ForEach(static work => work.End());
        Leave(admission, s_flooder, 6);
        Assert.Equal(0, admission.Inside);
    }

    [Fact]
    public void What_cannot_be_signed_in_time_is_refused_and_told_when_to_come_again()
    {
        var admission = Make(1_000, capacity: 4, longestWait: 500);
        var works = Saturate(admission, 400);

        // 100 a second come out, 300 wait: three seconds, give or take a half.
        Drain(works, 100, TimeSpan.FromSeconds(1));
        var refusal = admission.TryBegin(s_flooder, 1, Timeout.InfiniteTimeSpan, out _);
        Assert.Equal(429, (int)refusal!.HttpStatus);
        Assert.InRange(refusal.RetryAfter!.Value.TotalSeconds, 2.4, 5.5);
        Assert.InRange(refusal.RetryAfterSeconds, 3, 6);
        Assert.NotNull(admission.TryBegin(s_flooder, 1, TimeSpan.FromSeconds(100), out _));

        // Who has little waiting is served in its turn.
        Assert.Null(admission.TryBegin(s_other, 1, Timeout.InfiniteTimeSpan, out var urgent));
        Assert.NotEqual(0, urgent.Deadline);
        Assert.NotNull(admission.TryBegin(s_other, 1, TimeSpan.FromMilliseconds(10), out _));
    }

    [Fact]
    public void Nothing_is_estimated_once_the_overload_is_over()
    {
        var admission = Make(1_000, capacity: 4, longestWait: 100);
        var works = Saturate(admission, 400);
        Drain(works, 10, TimeSpan.FromSeconds(10));
        Assert.NotNull(admission.TryBegin(s_flooder, 1, Timeout.InfiniteTimeSpan, out _));

        Drain(works, 390, TimeSpan.Zero);

        Assert.Null(admission.TryBegin(s_flooder, 16, TimeSpan.FromMilliseconds(1), out _));
    }

    [Fact]
    public void A_burst_into_an_idle_system_is_let_in()
    {
        var admission = Make(1_000, capacity: 4);
        for (var i = 0; i < 50; i++)
        {
            // One signature every ten seconds says nothing of how many there could be.
            Assert.Null(admission.TryBegin(s_flooder, 1, TimeSpan.FromMilliseconds(5), out var work));
            _time.Advance(TimeSpan.FromSeconds(10));
            work.End();
        }

        Assert.Equal(500, Saturate(admission, 500).Count);
    }

    [Fact]
    public void A_token_that_hangs_is_waited_for_by_nobody_new()
    {
        var admission = Make(1_000, capacity: 4, longestWait: 1_000);
        Saturate(admission, 40);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.NotNull(admission.TryBegin(s_flooder, 1, Timeout.InfiniteTimeSpan, out _));
    }

    private static int Enter(Admission admission, Caller caller, int times)
    {
        var entered = 0;
        for (var i = 0; i < times; i++)
        {
            if (admission.TryEnter() is not null)
            {
                continue;
            }

            if (admission.TryClaim(caller) is null)
            {
                entered++;
            }
            else
            {
                admission.Leave();
            }
        }

        return entered;
    }

    private static void Leave(Admission admission, Caller caller, int times)
    {
        for (var i = 0; i < times; i++)
        {
            admission.Disclaim(caller);
            admission.Leave();
        }
    }

    private static Queue<AdmittedWork> Saturate(Admission admission, int pieces)
    {
        var works = new Queue<AdmittedWork>();
        for (var i = 0; i < pieces; i++)
        {
            Assert.Null(admission.TryBegin(s_flooder, 1, Timeout.InfiniteTimeSpan, out var work));
            works.Enqueue(work);
        }

        return works;
    }

    private void Drain(Queue<AdmittedWork> works, int count, TimeSpan within)
    {
        for (var i = 0; i < count; i++)
        {
            _time.Advance(within / count);
            works.Dequeue().End();
        }
    }

    private Admission Make(int calls, int bulk = 512, int capacity = 1, int longestWait = 10_000)
        => new(
            new LimitSettings { CallsInFlight = calls, BulkCalls = bulk, LongestWaitMilliseconds = longestWait },
            () => capacity,
            _time);
}
