using Appliance.Grpc.Client;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.SlotControl;

/// <summary>appliance.v1.Slots: what an admin client does with the one slot of the running appliance.</summary>
public sealed class SlotGrpcTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private static readonly ClientOrder s_operate = new() { Operations = ClientOperations.Operate };

    private readonly CscGrpcCalls _csc = new(appliance);

    [Fact]
    public async Task A_list_tells_how_each_slot_is_and_nothing_secret()
    {
        var slots = await OperatorAsync();
        var hash = RunningAppliance.RandomHash();
        var sad = await _csc.AuthorizeAsync(appliance.Ioana, 1, hash);
        await _csc.SignAsync(appliance.Ioana.Token, 1, sad, hash);

        var answer = await slots.ListAsync();

        var slot = Assert.Single(answer.Slots);
        Assert.Equal("serving", answer.Node);
        Assert.Equal(
            ("token", "default", "ready", false, "inProcess", 0, 0),
            (slot.Slot_, slot.Group, slot.State, slot.Drained, slot.Hosting, slot.WrongSignatures, slot.Hanging));
        Assert.Equal(appliance.Composition.Token.Info.Label, slot.Label);
        Assert.Equal(appliance.Composition.Token.Info.SerialNumber, slot.SerialNumber);
        Assert.True(slot is { Signatures: > 0, LatencyMicroseconds: > 0, Sessions: > 0 });
        Assert.True(slot.SessionLimit >= slot.Sessions);
        Assert.False(slot.HasObstacle);
        Assert.DoesNotContain(Commands.SoftHsmTokens.Pin, answer.ToString(), StringComparison.Ordinal);
        Assert.Equal("slots/list", appliance.Audit(AuditEvent.SlotsRead, 1)[0].Record.Detail);
    }

    [Fact]
    public async Task Everybody_else_is_refused_and_recorded()
    {
        var stranger = await Refused(new SlotCalls(appliance.Grpc, null).ListAsync);
        Assert.Equal(GrpcStatusCode.Unauthenticated, stranger.Code);
        var rights = ClientOperations.All & ~ClientOperations.Operate;
        var client = await appliance.AddClientAsync(new ClientOrder { Operations = rights, Reach = ClientReach.All });
        foreach (var token in new[] { client.Token, appliance.Ioana.Token })
        {
            var calls = new SlotCalls(appliance.Grpc, token);
            foreach (var (call, method) in new (Func<Task>, string)[]
            {
                (calls.ListAsync, "slots/list"),
                (() => calls.DrainAsync("token"), "slots/drain"),
                (() => calls.DrainNodeAsync(0), "slots/drain"),
                (() => calls.ResumeAsync("token"), "slots/resume"),
                (async () => await calls.Watch().ReadAsync(TestContext.Current.CancellationToken), "slots/watch"),
            })
            {
                var refusal = await Refused(call);
                Assert.Equal(
                    (GrpcStatusCode.PermissionDenied, "access_denied"), (refusal.Code, refusal.Error!.Reason));
                Assert.StartsWith(
                    method, appliance.Audit(AuditEvent.RequestRefused, 1)[0].Record.Detail, StringComparison.Ordinal);
            }
        }

        Assert.Equal("serving", appliance.Parts.Desk.Node.ToString().ToLowerInvariant());
        Assert.All(appliance.Parts.Desk.Report(), slot => Assert.False(slot.IsDrained));
        Assert.DoesNotContain(appliance.Audit(AuditEvent.SlotDrained), e => e.Record.ClientId == client.Id);
    }

    [Fact]
    public async Task What_is_asked_wrongly_is_told_and_changes_nothing()
    {
        var slots = await OperatorAsync();

        Assert.Equal(GrpcStatusCode.NotFound, (await Refused(() => slots.DrainAsync("second"))).Code);
        Assert.Equal(GrpcStatusCode.NotFound, (await Refused(() => slots.ResumeAsync("second"))).Code);
        await ExpectAsync("Missing (or invalid type) string parameter slot", new Proto.DrainRequest());
        await ExpectAsync("Invalid parameter node", new Proto.DrainRequest { Node = false });
        await ExpectAsync("Invalid parameter waitSeconds", new Proto.DrainRequest { Slot = "token", WaitSeconds = -1 });
        await ExpectAsync("Invalid parameter waitSeconds", new Proto.DrainRequest { Node = true, WaitSeconds = 601 });
        var watch = await Refused(async () => await slots.Watch(0).ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal("Invalid parameter intervalSeconds", watch.Text);
        Assert.All(appliance.Parts.Desk.Report(), slot => Assert.False(slot.IsDrained));

        async Task ExpectAsync(string sentence, Proto.DrainRequest request)
        {
            var refusal = await Refused(() => slots.CallAsync("Drain", request));
            Assert.Equal((GrpcStatusCode.InvalidArgument, sentence), (refusal.Code, refusal.Text));
        }
    }

    [Fact]
    public async Task The_only_slot_drained_refuses_without_a_loss_and_signs_when_it_is_back()
    {
        var client = await appliance.AddClientAsync(s_operate);
        var slots = new SlotCalls(appliance.Grpc, client.Token);
        var hash = RunningAppliance.RandomHash();
        var sad = await _csc.AuthorizeAsync(appliance.Ioana, 1, hash);
        var before = appliance.Quota();

        var drained = Assert.Single((await slots.DrainAsync("TOKEN")).Slots);

        Assert.Equal(("token", "draining", true, 0, 0), (
            drained.Slot_, drained.State, drained.Drained, drained.InFlight, drained.Waiting));
        var refused = await Refused(() => _csc.SignAsync(appliance.Ioana.Token, 1, sad, hash));
        Assert.Equal(GrpcStatusCode.Unavailable, refused.Code);
        Assert.NotNull(refused.RetryAfter);
        Assert.Equal(before, appliance.Quota());
        Assert.Equal(
            RawGrpc.NotServing, await HealthAsync("csc.v2.Signatures"));

        var back = Assert.Single((await slots.ResumeAsync("token")).Slots);

        Assert.Equal(("ready", false), (back.State, back.Drained));
        Assert.Equal(RawGrpc.Serving, await HealthAsync("csc.v2.Signatures"));
        Assert.Single((await _csc.SignAsync(appliance.Ioana.Token, 1, sad, hash)).Signatures);
        var (order, end) = (
            appliance.Audit(AuditEvent.SlotDrained, 1)[0].Record, appliance.Audit(AuditEvent.SlotResumed, 1)[0].Record);
        Assert.Equal(("slot token", client.Id, null), (order.Detail, order.ClientId, order.Actor));
        Assert.Equal(("slot token", client.Id, null), (end.Detail, end.ClientId, end.Actor));
    }

    [Fact]
    public async Task A_node_that_leaves_says_so_and_signs_until_its_time_is_over()
    {
        var slots = await OperatorAsync();
        var hashes = new[] { RunningAppliance.RandomHash(), RunningAppliance.RandomHash() };
        var sads = new[]
        {
            await _csc.AuthorizeAsync(appliance.Ioana, 1, hashes[0]),
            await _csc.AuthorizeAsync(appliance.Ioana, 1, hashes[1]),
        };
        using var given = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var draining = appliance.Parts.Desk.DrainNodeAsync(TimeSpan.FromMinutes(10), default, given.Token);
        await draining;

        Assert.Equal("leaving", (await slots.ListAsync()).Node);
        using var ready = await appliance.Rest.GetAsync("/healthz/ready", given.Token);
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Contains(
            "drained by an operator", await ready.Content.ReadAsStringAsync(given.Token), StringComparison.Ordinal);
        Assert.Equal(RawGrpc.NotServing, await HealthAsync(""));
        Assert.Single((await _csc.SignAsync(appliance.Ioana.Token, 1, sads[0], hashes[0])).Signatures);

        // A second order is sooner.
        var drained = await slots.DrainNodeAsync(0);
        Assert.Equal("drained", drained.Node);
        Assert.True(Assert.Single((await slots.DrainNodeAsync(1)).Slots) is { State: "draining", InFlight: 0 });
        Assert.Equal(
            GrpcStatusCode.Unavailable,
            (await Refused(() => _csc.SignAsync(appliance.Ioana.Token, 1, sads[1], hashes[1]))).Code);
        var one = await Refused(() => slots.ResumeAsync("token"));
        Assert.Equal(
            (GrpcStatusCode.FailedPrecondition, "The node is drained; resume the node"), (one.Code, one.Text));

        var back = await slots.ResumeNodeAsync();
        Assert.Equal(("serving", "ready"), (back.Node, Assert.Single(back.Slots).State));
        Assert.Equal(RawGrpc.Serving, await HealthAsync(""));
        Assert.Single((await _csc.SignAsync(appliance.Ioana.Token, 1, sads[1], hashes[1])).Signatures);
        Assert.Equal("node", appliance.Audit(AuditEvent.SlotResumed, 1)[0].Record.Detail);
    }

    [Fact]
    public async Task A_watcher_is_told_of_changes_and_let_go_when_it_may_not_any_more()
    {
        var client = await appliance.AddClientAsync(s_operate);
        var slots = new SlotCalls(appliance.Grpc, client.Token);
        await using var watch = slots.Watch();
        var first = await NextAsync(watch);
        Assert.Equal(("serving", "ready"), (first.Node, Assert.Single(first.Slots).State));

        await slots.DrainAsync("token");
        Assert.Equal("draining", Assert.Single((await NextAsync(watch)).Slots).State);
        await slots.ResumeAsync("token");
        SlotsOf(await NextAsync(watch), out var slot);
        while (slot.State != "ready")
        {
            SlotsOf(await NextAsync(watch), out slot);
        }

        await appliance.Directory().ChangeAsync(
            client.Id, new ClientOrder { Operations = ClientOperations.Read }, TestContext.Current.CancellationToken);
        var over = await Refused(async () =>
        {
            while (await watch.ReadAsync(TestContext.Current.CancellationToken) is not null)
            {
                // A change on the way.
            }
        });
        Assert.True(over.Code is GrpcStatusCode.PermissionDenied or GrpcStatusCode.Unauthenticated, over.Text);
        Assert.Equal(
            "slots/watch",
            appliance.Audit(AuditEvent.SlotsRead).First(e => e.Record.ClientId == client.Id).Record.Detail);

        static void SlotsOf(Proto.SlotsResponse response, out Proto.Slot slot) => slot = Assert.Single(response.Slots);
    }

    [Fact]
    public async Task Counters_are_told_as_often_as_a_watcher_wants()
    {
        var slots = await OperatorAsync();
        await using var watch = slots.Watch(interval: 1);
        var before = Assert.Single((await NextAsync(watch)).Slots).Signatures;
        var hash = RunningAppliance.RandomHash();
        var sad = await _csc.AuthorizeAsync(appliance.Ioana, 1, hash);
        await _csc.SignAsync(appliance.Ioana.Token, 1, sad, hash);

        while (Assert.Single((await NextAsync(watch)).Slots).Signatures <= before)
        {
            // What was on the way.
        }
    }

    private static async Task<Proto.SlotsResponse> NextAsync(GrpcServerStreamingCall<Proto.SlotsResponse> watch)
        => (await watch.ReadAsync(TestContext.Current.CancellationToken))!;

    private static Task<GrpcStatusException> Refused(Func<Task> call)
        => Assert.ThrowsAsync<GrpcStatusException>(call);

    private async Task<SlotCalls> OperatorAsync()
        => new(appliance.Grpc, (await appliance.AddClientAsync(s_operate)).Token);

    private async Task<int> HealthAsync(string service)
    {
        using var raw = new RawGrpc(appliance.GrpcAddress.AbsoluteUri);
        return Assert.Single(await raw.StatusesAsync("Check", service));
    }
}
