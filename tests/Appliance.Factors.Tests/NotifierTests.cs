using System.Globalization;
using Appliance.Factors.Tests.Notifying;
using Appliance.Storage;

namespace Appliance.Factors.Tests;

public sealed class NotifierTests
{
    private static readonly Guid s_ana = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
    private static readonly Guid s_ion = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_signers_messages_keep_their_order_and_hold_nobody_else_up(bool postgres)
    {
        await using var bench = new NoticeBench(postgres);
        using var end = new WebhookEnd { Answer = (call, _) => HasCode(call, "100001") ? 503 : 204 };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");
        bench.Enqueue(s_ana, "100002");
        bench.Enqueue(s_ion, "200001");
        bench.Enqueue(s_ion, "200002");

        while (await NoticeBench.StepAsync(node) > 0)
        {
        }

        Assert.Equal(["100001", "200001", "200002"], Codes(end).Order(StringComparer.Ordinal));
        Assert.Equal(2, bench.Waiting());
        end.Answer = static (_, _) => 204;
        Assert.Equal(0, await NoticeBench.StepAsync(node));
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await NoticeBench.StepAsync(node));
        Assert.Equal(1, await NoticeBench.StepAsync(node));

        Assert.Equal(["100001", "100001", "100002"], Codes(end).Where(code => code[0] == '1'));
        Assert.Equal(0, bench.Waiting());
        Assert.Equal(4, bench.Reports.Count(report => report.IsDelivered));
        Assert.Contains(bench.Reports, report => report.Attempts == 2 && report.Detail == "pairing-code by sms");
    }

    [Fact]
    public async Task A_code_does_not_wait_for_an_email_that_goes_another_way()
    {
        await using var bench = new NoticeBench();
        using var mail = new WebhookEnd { Answer = static (_, _) => 503 };
        using var sms = new WebhookEnd();
        using var mailWay = mail.Connect(bench.Time);
        using var smsWay = sms.Connect(bench.Time);
        var node = bench.Node(new Dictionary<NoticeChannel, NoticeTransport>
        {
            [NoticeChannel.Email] = mailWay, [NoticeChannel.Sms] = smsWay,
        });
        bench.Enqueue(Mail(s_ana));
        bench.Enqueue(s_ana, "100001");

        Assert.Equal(2, await NoticeBench.StepAsync(node));

        Assert.Equal(["100001"], Codes(sms));
        Assert.Equal(1, bench.Waiting());
    }

    [Fact]
    public async Task On_one_way_an_sms_waits_for_the_email_before_it()
    {
        await using var bench = new NoticeBench();
        using var end = new WebhookEnd { Answer = static (_, _) => 503 };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(Mail(s_ana));
        bench.Enqueue(s_ana, "100001");

        Assert.Equal(1, await NoticeBench.StepAsync(node));
        Assert.Equal(0, await NoticeBench.StepAsync(node));

        Assert.Equal("email", Assert.Single(end.Calls).Json.GetProperty("channel").GetString());
    }

    [Fact]
    public async Task Pauses_grow_and_the_other_end_may_ask_for_longer_ones()
    {
        await using var bench = new NoticeBench();
        using var end = new WebhookEnd { Answer = static (_, _) => 500 };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");

        // 2 s, 4 s, 8 s, less a fifth at most.
        foreach (var seconds in new[] { 0, 2, 4, 8 })
        {
            bench.Time.Advance(TimeSpan.FromSeconds(seconds * 0.79));
            Assert.Equal(seconds == 0 ? 1 : 0, await NoticeBench.StepAsync(node));
            bench.Time.Advance(TimeSpan.FromSeconds(seconds * 0.21));
            Assert.Equal(seconds == 0 ? 0 : 1, await NoticeBench.StepAsync(node));
        }

        end.Answer = static (_, response) =>
        {
            response.AddHeader("Retry-After", "600");
            return 429;
        };
        bench.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(1, await NoticeBench.StepAsync(node));
        bench.Time.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal(0, await NoticeBench.StepAsync(node));
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await NoticeBench.StepAsync(node));
    }

    [Fact]
    public async Task What_is_of_no_use_any_more_is_dropped_at_its_end_and_makes_room_for_the_next()
    {
        await using var bench = new NoticeBench();
        using var end = new WebhookEnd { Answer = static (_, _) => 503 };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001", TimeSpan.FromMinutes(5));
        for (var i = 0; i < 6; i++)
        {
            await NoticeBench.StepAsync(node);
            bench.Time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromSeconds(1));
        }

        bench.Enqueue(s_ana, "100002", TimeSpan.FromMinutes(5));
        bench.Time.Advance(TimeSpan.FromSeconds(6));
        var before = end.Calls.Count;
        end.Answer = static (_, _) => 204;
        await NoticeBench.StepAsync(node);
        await NoticeBench.StepAsync(node);

        Assert.Equal(["100002"], Codes(end).Skip(before));
        Assert.Equal("pairing-code by sms: expired", bench.Reports.First().Detail);
        Assert.False(bench.Reports.First().IsDelivered);
    }

    [Theory]
    [InlineData(3, 24, "http-500")]
    [InlineData(1_000, 1, "too-old")]
    public async Task A_message_is_given_up_after_so_many_attempts_or_hours(int attempts, int hours, string reason)
    {
        await using var bench = new NoticeBench
        {
            Options = new() { MostAttempts = attempts, GiveUpAfter = TimeSpan.FromHours(hours) },
        };
        using var end = new WebhookEnd { Answer = static (_, _) => 500 };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");
        for (var i = 0; i < 100 && bench.Waiting() > 0; i++)
        {
            await NoticeBench.StepAsync(node);
            bench.Time.Advance(TimeSpan.FromMinutes(15));
        }

        var report = Assert.Single(bench.Reports);
        Assert.Equal($"pairing-code by sms: {reason}", report.Detail);
        Assert.Equal(end.Calls.Count, report.Attempts);
        Assert.Equal(1, node.Status.GivenUp);
    }

    [Fact]
    public async Task Where_there_is_no_way_out_messages_wait_untried_and_age()
    {
        await using var bench = new NoticeBench();
        var node = bench.Node(new Dictionary<NoticeChannel, NoticeTransport>());
        bench.Enqueue(s_ana, "100001", TimeSpan.FromMinutes(10));

        await NoticeBench.StepAsync(node);
        Assert.Equal(1, bench.Waiting());
        bench.Time.Advance(TimeSpan.FromMinutes(11));
        await NoticeBench.StepAsync(node);

        Assert.Equal(0, Assert.Single(bench.Reports).Attempts);
        Assert.Equal(0, bench.Waiting());
    }

    [Fact]
    public async Task Two_nodes_on_one_database_deliver_each_message_once_and_in_order()
    {
        await using var bench = new NoticeBench(postgres: true);
        using var end = new WebhookEnd();
        using var way = end.Connect(bench.Time);
        var signers = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7(DateTimeOffset.UnixEpoch)).ToList();
        for (var i = 0; i < 100; i++)
        {
            bench.Enqueue(signers[i % signers.Count], string.Create(CultureInfo.InvariantCulture, $"{100_000 + i}"));
        }

        var nodes = new[] { bench.Node(way), bench.Node(way) };
        await Task.WhenAll(nodes.Select(async node =>
        {
            while (bench.Waiting() > 0)
            {
                await NoticeBench.StepAsync(node);
            }
        }));

        Assert.Equal(100, end.Calls.Count);
        Assert.Equal(100, Codes(end).Distinct(StringComparer.Ordinal).Count());
        foreach (var calls in end.Calls.GroupBy(call => call.Json.GetProperty("signerId").GetGuid()))
        {
            var codes = calls.Select(CodeOf).ToList();
            Assert.Equal(codes.Order(StringComparer.Ordinal), codes);
        }

        Assert.Equal(100, bench.Reports.Count);
        Assert.All(nodes, node => Assert.True(node.Status.Delivered > 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_node_delivered_and_could_not_record_comes_again_with_the_same_id(bool postgres)
    {
        await using var bench = new NoticeBench(postgres);
        using var end = new WebhookEnd();
        using var way = end.Connect(bench.Time);
        var write = NoticeBench.WriterOf(bench.Store);
        var writes = 0;
        var dying = bench.Node(way, (work, cancellationToken) => ++writes == 1
            ? write(work, cancellationToken)
            : throw new StoreException(StoreFailure.Unavailable, 0, "killed"));
        var other = bench.Node(way);
        bench.Enqueue(s_ana, "100001");

        await NoticeBench.StepAsync(dying);
        Assert.Single(end.Calls);
        Assert.Equal(0, await NoticeBench.StepAsync(other));
        Assert.Empty(bench.Reports);
        bench.Time.Advance(bench.Options.Timeout + bench.Options.LeaseMargin);
        Assert.Equal(1, await NoticeBench.StepAsync(other));

        Assert.Equal(2, end.Calls.Count);
        Assert.Single(end.Calls.Select(call => call.Headers["webhook-id"]).Distinct(StringComparer.Ordinal));
        Assert.Single(bench.Reports);
    }

    [Fact]
    public async Task A_commit_wakes_it()
    {
        await using var bench = new NoticeBench();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new WebhookEnd { Before = _ => Task.FromResult(arrived.TrySetResult()) };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Notices.Enqueued = node.Wake;
        node.Start();

        bench.Enqueue(s_ana, "100001");

        await arrived.Task.WaitAsync(NoticeBench.Test);
    }

    [Fact]
    public async Task Another_nodes_messages_are_found_by_looking()
    {
        await using var bench = new NoticeBench { Options = new() { Poll = TimeSpan.FromMilliseconds(20) } };
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new WebhookEnd { Before = _ => Task.FromResult(arrived.TrySetResult()) };
        using var way = end.Connect(bench.Time);
        bench.Node(way).Start();

        bench.Enqueue(s_ana, "100001");

        await arrived.Task.WaitAsync(NoticeBench.Test);
    }

    [Fact]
    public async Task A_stop_finishes_what_is_in_delivery()
    {
        await using var bench = new NoticeBench();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new WebhookEnd
        {
            Before = _ =>
            {
                arrived.TrySetResult();
                return go.Task;
            },
        };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");
        await node.StepAsync(NoticeBench.Test);
        await arrived.Task.WaitAsync(NoticeBench.Test);

        var stopped = node.DisposeAsync().AsTask();
        Assert.False(stopped.IsCompleted);
        go.SetResult();
        await stopped;

        Assert.True(Assert.Single(bench.Reports).IsDelivered);
    }

    [Fact]
    public async Task A_stop_breaks_off_what_hangs_and_leaves_it_to_others_at_once()
    {
        await using var bench = new NoticeBench { Options = new() { Grace = TimeSpan.Zero } };
        using var end = new WebhookEnd { Before = static _ => new TaskCompletionSource().Task };
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");
        await node.StepAsync(NoticeBench.Test);
        await node.DisposeAsync();

        end.Before = static _ => Task.CompletedTask;
        Assert.Equal(1, await NoticeBench.StepAsync(bench.Node(way)));
        Assert.Equal(1, Assert.Single(bench.Reports).Attempts);
    }

    [Theory]
    [InlineData(SignerState.Restricted, 0)]
    [InlineData(SignerState.Limited, 1)]
    public async Task Nothing_is_sent_to_who_is_restricted(SignerState state, int sent)
    {
        await using var bench = new NoticeBench();
        using var end = new WebhookEnd();
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        NoticeBench.Commit(
            bench.Store, connection => connection.Signers.Insert(new(s_ana, "ana", "Ana", null, state, 0)));
        bench.Enqueue(s_ana, "100001");

        Assert.Equal(sent, await NoticeBench.StepAsync(node));
        NoticeBench.Commit(bench.Store, connection => connection.Signers.SetState(s_ana, SignerState.Active));
        Assert.Equal(1 - sent, await NoticeBench.StepAsync(node));
    }

    [Fact]
    public async Task A_row_that_another_hand_changed_is_not_sent()
    {
        await using var bench = new NoticeBench();
        using var end = new WebhookEnd();
        using var way = end.Connect(bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");
        NoticeBench.Commit(bench.Store, connection =>
        {
            var row = connection.Notices.ListDue(long.MaxValue, acrossChannels: false, 1)[0];
            connection.Notices.DeleteBySigner(s_ana);
            connection.Notices.Insert(row with { SignerId = s_ion });
        });

        await NoticeBench.StepAsync(node);

        Assert.Empty(end.Calls);
        var report = Assert.Single(bench.Reports);
        Assert.False(report.IsGenuine);
        Assert.Equal("pairing-code by sms: tampered", report.Detail);
    }

    private static Notice Mail(Guid signer) => new(
        signer,
        NoticeKind.PackageLow,
        NoticeChannel.Email,
        "ana@example.ro",
        "ro",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["remaining"] = "3", ["total"] = "200" });

    private static bool HasCode(WebhookCall call, string code) => CodeOf(call) == code;

    private static string CodeOf(WebhookCall call)
        => call.Json.GetProperty("values").TryGetProperty("code", out var code) ? code.GetString()! : "";

    private static IEnumerable<string> Codes(WebhookEnd end) => end.Calls.Select(CodeOf);
}
