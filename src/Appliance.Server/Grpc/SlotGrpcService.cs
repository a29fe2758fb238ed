using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Hosting.Slots;
using Appliance.Signing;
using Appliance.Storage;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>
/// The node's slots for admin clients (appliance.v1.Slots). Beside the places of all other calls: a node that has too
/// much to do is one that an operator wants to look at.
/// </summary>
internal sealed class SlotGrpcService(CscOperations operations, SlotDesk desk, GrpcCalls calls, TimeProvider time)
{
    /// <summary>Calls of each method at a time.</summary>
    private const int MostCalls = 16;

    private const int MostSecondsOfInterval = 3_600;

    /// <summary>How often a watcher's slots are looked at.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>How often it is asked whether the watcher still may.</summary>
    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(1);

    private static readonly GrpcStatus s_stopping = GrpcErrors.StatusOf(CscErrors.Stopping);

    /// <summary>Maps all methods.</summary>
    public void Map(GrpcMethods methods)
    {
        var service = Proto.SlotsReflection.Descriptor.Services[0];
        var options = calls.OfStreams(MostCalls);
        methods
            .Unary<Proto.ListSlotsRequest, Proto.SlotsResponse>(
                service.FindMethodByName("List"),
                (_, call) => RunAsync(call, CscMethods.SlotsList, caller => ListAsync(caller, call)),
                options)
            .ServerStreaming<Proto.WatchSlotsRequest, Proto.SlotsResponse>(
                service.FindMethodByName("Watch"), WatchAsync, options)
            .Unary<Proto.DrainRequest, Proto.SlotsResponse>(
                service.FindMethodByName("Drain"),
                (request, call) => RunAsync(call, CscMethods.SlotsDrain, caller => DrainAsync(request, caller, call)),
                options)
            .Unary<Proto.ResumeRequest, Proto.SlotsResponse>(
                service.FindMethodByName("Resume"),
                (request, call) => RunAsync(
                    call, CscMethods.SlotsResume, caller => ResumeAsync(request, caller, call)),
                options);
    }

    private static SlotOrderer OrdererOf(Caller caller) => new(null, caller.ClientId);

    /// <summary>Who calls, whether it may, the work; refusals are in the audit trail.</summary>
    private async ValueTask<Proto.SlotsResponse?> RunAsync(
        GrpcCallContext call, string method, Func<Caller, Task<Answer<Proto.SlotsResponse>>> work)
    {
        try
        {
            var who = await operations.AuthenticateAsync(call.Http.Request.Headers.Authorization);
            if ((who.Error ?? Enter(who)) is { } unknown)
            {
                return GrpcCalls.Fail<Proto.SlotsResponse>(call, unknown);
            }

            try
            {
                if (await operations.DemandAsync(
                        who.Caller, ClientOperations.Operate, method, call.CancellationToken) is { } forbidden)
                {
                    return GrpcCalls.Fail<Proto.SlotsResponse>(call, forbidden);
                }

                var answer = await work(who.Caller);
                return answer.Error is { } error
                    ? GrpcCalls.Fail<Proto.SlotsResponse>(
                        call, await operations.RefuseAsync(who.Caller, method, null, error, call.CancellationToken))
                    : answer.Value;
            }
            finally
            {
                who.Leave();
            }
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return GrpcCalls.Fail<Proto.SlotsResponse>(call, CscErrors.StoreAway);
        }
    }

    private static CscError? Enter(in Authentication who)
        => who.Gate is null || who.Gate.TryEnter(out var after) ? null : CscErrors.ClientBusy.After(after);

    private async Task<Answer<Proto.SlotsResponse>> ListAsync(Caller caller, GrpcCallContext call)
    {
        await desk.RecordReadAsync(CscMethods.SlotsList, OrdererOf(caller), call.CancellationToken);
        return ProtoSlots.From(desk.Node, desk.Report());
    }

    private async Task<Answer<Proto.SlotsResponse>> DrainAsync(
        Proto.DrainRequest request, Caller caller, GrpcCallContext call)
    {
        var isNode = request.TargetCase == Proto.DrainRequest.TargetOneofCase.Node;
        int? seconds = request.HasWaitSeconds ? request.WaitSeconds : null;
        if (ReadOrder(isNode, request.Node, request.Slot, seconds, out var slot, out var wait) is { } wrong)
        {
            return wrong;
        }

        var by = OrdererOf(caller);
        if (slot is null)
        {
            await desk.DrainNodeAsync(wait, by, call.CancellationToken);
        }
        else
        {
            await desk.DrainAsync(slot, by, call.CancellationToken);
        }

        var reports = await desk.WaitUntilIdleAsync(slot, wait, call.CancellationToken);
        return ProtoSlots.From(desk.Node, reports);
    }

    private async Task<Answer<Proto.SlotsResponse>> ResumeAsync(
        Proto.ResumeRequest request, Caller caller, GrpcCallContext call)
    {
        var isNode = request.TargetCase == Proto.ResumeRequest.TargetOneofCase.Node;
        int? seconds = request.HasWaitSeconds ? request.WaitSeconds : null;
        if (ReadOrder(isNode, request.Node, request.Slot, seconds, out var slot, out var wait) is { } wrong)
        {
            return wrong;
        }

        var by = OrdererOf(caller);
        if (slot is null)
        {
            await desk.ResumeNodeAsync(by, call.CancellationToken);
        }
        else if (!await desk.ResumeAsync(slot, by, call.CancellationToken))
        {
            return CscErrors.NodeDrained;
        }

        var reports = await desk.WaitUntilReadyAsync(slot, wait, call.CancellationToken);
        return ProtoSlots.From(desk.Node, reports);
    }

    private CscError? ReadOrder(
        bool isNode, bool node, string name, int? seconds, out ConfiguredSlot? slot, out TimeSpan wait)
    {
        slot = null;
        wait = seconds is { } said ? TimeSpan.FromSeconds(said) : SlotDesk.UsualWait;
        if (wait < TimeSpan.Zero || wait > SlotDesk.LongestWait)
        {
            return CscErrors.InvalidParameter("waitSeconds");
        }

        if (isNode)
        {
            return node ? null : CscErrors.InvalidParameter("node");
        }

        if (name.Length == 0)
        {
            return CscErrors.MissingString("slot");
        }

        slot = desk.Find(name);
        return slot is null ? CscErrors.UnknownSlot : null;
    }

    private async Task WatchAsync(
        Proto.WatchSlotsRequest request, GrpcResponseWriter<Proto.SlotsResponse> responses, GrpcCallContext call)
    {
        _ = await RunAsync(call, CscMethods.SlotsWatch, async caller =>
        {
            if (request.HasIntervalSeconds && request.IntervalSeconds is < 1 or > MostSecondsOfInterval)
            {
                return CscErrors.InvalidParameter("intervalSeconds");
            }

            await desk.RecordReadAsync(CscMethods.SlotsWatch, OrdererOf(caller), call.CancellationToken);
            await TellAsync(
                request.HasIntervalSeconds ? TimeSpan.FromSeconds(request.IntervalSeconds) : Timeout.InfiniteTimeSpan,
                responses,
                call);
            return new Proto.SlotsResponse();
        });
    }

    /// <summary>Until the watcher goes, the node stops, or the watcher may not any more.</summary>
    private async Task TellAsync(
        TimeSpan interval, GrpcResponseWriter<Proto.SlotsResponse> responses, GrpcCallContext call)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Draining, call.CancellationToken);
        var told = new Dictionary<string, Proto.Slot>(StringComparer.Ordinal);
        string? node = null;
        var (asked, counted) = (time.GetTimestamp(), time.GetTimestamp());
        while (!call.Draining.IsCancellationRequested)
        {
            var now = ProtoSlots.From(desk.Node, desk.Report());
            var counts = interval != Timeout.InfiniteTimeSpan && time.GetElapsedTime(counted) >= interval;
            counted = counts ? time.GetTimestamp() : counted;
            var news = now.Slots.Where(slot => !told.TryGetValue(slot.Slot_, out var before)
                || !(counts
                    ? slot.Equals(before)
                    : ProtoSlots.WithoutCounters(slot).Equals(ProtoSlots.WithoutCounters(before)))).ToList();
            if (news.Count > 0 || !string.Equals(node, now.Node, StringComparison.Ordinal))
            {
                node = now.Node;
                news.ForEach(slot => told[slot.Slot_] = slot);
                await responses.WriteAsync(new Proto.SlotsResponse { Node = node, Slots = { news } });
            }

            await Task.Delay(s_look, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            call.CancellationToken.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(asked) >= s_askAgain)
            {
                asked = time.GetTimestamp();
                if (await FindEndAsync(call) is { } over)
                {
                    call.Fail(GrpcErrors.StatusOf(over));
                    return;
                }
            }
        }

        call.Fail(s_stopping);
    }

    /// <summary>Why a watcher may not any more; null while it may.</summary>
    private async Task<CscError?> FindEndAsync(GrpcCallContext call)
    {
        var who = await operations.AuthenticateAsync(call.Http.Request.Headers.Authorization);
        return who.Error
            ?? (who.Caller.Operations.HasFlag(ClientOperations.Operate) ? null : CscErrors.NotAllowed);
    }
}
