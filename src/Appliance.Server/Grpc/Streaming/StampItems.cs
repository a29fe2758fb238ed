using Appliance.Server.Csc;
using Appliance.Server.Timestamps;
using Appliance.Signing;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>appliance.v1.Timestamping/StampStream: each item is one time stamp.</summary>
internal sealed class StampItems(TimestampOperations timestamps)
    : ItemKind<Proto.StampStreamRequest, Proto.StampStreamResponse, StampItems.Work, StampOutcome>
{
    /// <summary>One message serves all results: it is on the wire when the next one is filled in.</summary>
    private readonly Proto.StampStreamResponse _message = new() { Result = new Proto.StampItemResult() };

    /// <summary>What was asked for last; the default unit's when nothing was.</summary>
    private Proto.StampRequest _defaults = new();
    private StampManner? _manner;
    private CscError? _wrong;
    private bool _isRead;

    public override string Method => CscMethods.Stamp;

    public override bool TrySetDefaults(Proto.StampStreamRequest message, out CscError? error)
    {
        error = null;
        if (message.ContentCase != Proto.StampStreamRequest.ContentOneofCase.Defaults)
        {
            return false;
        }

        if (message.Defaults.Digests.Count > 0)
        {
            error = CscErrors.DefaultsWithDigests;
        }

        (_defaults, _isRead) = (message.Defaults, false);
        return true;
    }

    public override bool TryRead(Proto.StampStreamRequest message, out StreamItem item, out Work work)
    {
        if (!_isRead)
        {
            (_wrong, _isRead) = (ProtoStamps.ReadManner(timestamps, _defaults, out _manner), true);
        }

        var sent = message.Item;
        item = sent is null ? new StreamItem("", 0, 0) : new StreamItem(sent.Id, 1, sent.CalculateSize());
        work = new Work(
            _wrong, _manner is null ? default : ProtoStamps.OrderOf(sent?.Digest, _manner, _defaults.HashAlgorithmOid));
        return sent is not null;
    }

    public override async ValueTask<Answer<StampOutcome>> RunAsync(
        Caller caller, Work work, CancellationToken cancellationToken)
        => work.Wrong is { } wrong
            ? await timestamps.RefuseAsync(caller, wrong, cancellationToken)
            : await timestamps.StampAsync(caller, work.Order, cancellationToken);

    public override Proto.StampStreamResponse Tell(in ItemResult<StampOutcome> result)
    {
        var outcome = result.Answer.Error is { } error
            ? new StampOutcome(default, error)
            : result.Answer.Value;
        var message = _message.Result;
        message.Id = result.Item.Id;
        message.Token = ProtoStamps.TokenOf(outcome);
        message.Failure = ProtoStamps.FailureOf(outcome);
        return _message;
    }

    public override Proto.StampStreamResponse TellEnd(long answered, string lastId)
        => new() { End = new Proto.StampStreamEnd { ItemsAnswered = answered, LastItemId = lastId } };

    /// <summary>One time stamp, as the defaults were when it came.</summary>
    /// <param name="Wrong">What is wrong with the defaults; null when nothing is.</param>
    /// <param name="Order">What is asked for; without a meaning when something is.</param>
    internal readonly record struct Work(CscError? Wrong, StampOrder Order);
}
