using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rules;
using Appliance.Signing;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>csc.v2.Signatures/SignHashStream: each item is the operation of SignHash.</summary>
internal sealed class SignHashItems(CscOperations operations)
    : ItemKind<Proto.SignHashStreamRequest, Proto.SignHashStreamResponse, SignHashInput, SignHashResult>
{
    /// <summary>One message serves all results: it is on the wire when the next one is filled in.</summary>
    private readonly Proto.SignHashStreamResponse _message = new() { Result = new Proto.SignHashResult() };
    private SignHashInput _defaults = new();
    private string? _requestId;

    public override string Method => CscMethods.SignHash;

    public override CscError? Begin(IHeaderDictionary metadata)
        => RequestIds.ReadHeader(metadata[RequestIds.Header], out _requestId);

    public override bool TrySetDefaults(Proto.SignHashStreamRequest message, out CscError? error)
    {
        error = null;
        if (message.ContentCase != Proto.SignHashStreamRequest.ContentOneofCase.Defaults)
        {
            return false;
        }

        if (message.Defaults.Hashes.Count > 0)
        {
            error = CscErrors.DefaultsWithHashes;
        }
        else
        {
            _defaults = ProtoInputs.From(message.Defaults);
        }

        return true;
    }

    /// <summary>
    /// In a stream that has a request id, the ids of its items are good beyond it: for the next stream of that id.
    /// </summary>
    public override bool TryRead(Proto.SignHashStreamRequest message, out StreamItem item, out SignHashInput work)
    {
        var sent = message.Item;
        if (sent is null)
        {
            (item, work) = (new StreamItem("", 0, 0), _defaults);
            return false;
        }

        var request = sent.Request ?? new Proto.SignHashRequest();
        item = new StreamItem(
            sent.Id, Math.Min(request.Hashes.Count, SigningService.HashLimit), sent.CalculateSize());
        work = ProtoInputs.From(request, _defaults);
        var stream = _defaults.RequestId.ValueOrNull ?? _requestId;
        if (stream is not null && !work.RequestId.IsPresent)
        {
            work.RequestId = FieldText.Of($"{stream}/{sent.Id}");
        }

        return true;
    }

    public override ValueTask<Answer<SignHashResult>> RunAsync(
        Caller caller, SignHashInput work, CancellationToken cancellationToken)
        => operations.SignItemAsync(caller, work, cancellationToken);

    public override Proto.SignHashStreamResponse Tell(in ItemResult<SignHashResult> result)
    {
        var message = _message.Result;
        message.Id = result.Item.Id;
        message.Signatures.Clear();
        message.Replayed = false;
        if (result.Answer.Error is { } error)
        {
            message.Status = GrpcErrors.MessageOf(error);
            return _message;
        }

        message.Status = null;
        message.Replayed = result.Answer.Value.IsRedelivered;
        foreach (var signature in result.Answer.Value.Signatures)
        {
            // Nobody writes to a signature once it was made.
            message.Signatures.Add(UnsafeByteOperations.UnsafeWrap(signature));
        }

        return _message;
    }

    public override Proto.SignHashStreamResponse TellEnd(long answered, string lastId)
        => new() { End = new Proto.SignHashStreamEnd { ItemsAnswered = answered, LastItemId = lastId } };
}
