using System.Threading.Channels;
using Appliance.Grpc;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>
/// Sends the results of one stream as they are ready, those that are ready together in one go. The queue needs no bound
/// of its own: an item keeps its room among those in flight until its result was sent.
/// </summary>
/// <param name="responses">The client.</param>
/// <param name="inFlight">What items leave when the client was sent their results.</param>
/// <param name="broken">Called when nothing can be sent any more.</param>
internal sealed class ResultWriter(
    GrpcResponseWriter<Proto.SignHashStreamResponse> responses, ItemsInFlight inFlight, Action broken)
{
    private readonly Channel<ItemResult> _ready = Channel.CreateUnbounded<ItemResult>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly Proto.SignHashStreamResponse _message = new() { Result = new Proto.SignHashResult() };
    private readonly List<StreamItem> _sent = [];

    /// <summary>Results to come, and one for the reader of the stream as long as it may take more items.</summary>
    private int _expected = 1;

    /// <summary>A result will come.</summary>
    public void Expect() => Interlocked.Increment(ref _expected);

    /// <summary>One that was expected.</summary>
    public void Add(in ItemResult result)
    {
        _ready.Writer.TryWrite(result);
        End();
    }

    /// <summary>No more results will be expected.</summary>
    public void EndTaking() => End();

    /// <summary>
    /// Completes when all results that were expected have been sent, or can never be; then it throws.
    /// </summary>
    /// <exception cref="OperationCanceledException">The client is gone, or its call is over.</exception>
    public async Task SendAllAsync()
    {
        try
        {
            while (await _ready.Reader.WaitToReadAsync(CancellationToken.None))
            {
                await SendReadyAsync();
            }
        }
        catch
        {
            // Nothing of the stream may run on when its call is over: wait for what is still at work.
            broken();
            await foreach (var _ in _ready.Reader.ReadAllAsync(CancellationToken.None))
            {
                // Nobody is there to be told.
            }

            throw;
        }
    }

    /// <summary>Ends the call's messages; after all results.</summary>
    public ValueTask SendEndAsync(Proto.SignHashStreamEnd end)
        => responses.WriteAsync(new Proto.SignHashStreamResponse { End = end });

    private async ValueTask SendReadyAsync()
    {
        _sent.Clear();
        while (_ready.Reader.TryRead(out var result))
        {
            _sent.Add(result.Item);
            await responses.WriteAsync(Fill(result), flush: false);
        }

        await responses.FlushAsync();
        inFlight.Leave(_sent);
    }

    /// <summary>One message serves all results: it is on the wire when the next one is filled in.</summary>
    private Proto.SignHashStreamResponse Fill(in ItemResult result)
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

    private void End()
    {
        if (Interlocked.Decrement(ref _expected) == 0)
        {
            _ready.Writer.Complete();
        }
    }
}
