using System.Threading.Channels;
using Appliance.Grpc;
using Google.Protobuf;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>
/// Sends the results of one stream as they are ready, those that are ready together in one go. The queue needs no bound
/// of its own: an item keeps its room among those in flight until its result was sent.
/// </summary>
/// <param name="responses">The client.</param>
/// <param name="inFlight">What items leave when the client was sent their results.</param>
/// <param name="tell">A result as a message; it is on the wire before this is called again.</param>
/// <param name="broken">Called when nothing can be sent any more.</param>
internal sealed class ResultWriter<TResponse, TResult>(
    GrpcResponseWriter<TResponse> responses,
    ItemsInFlight inFlight,
    ResultWriter<TResponse, TResult>.Teller tell,
    Action broken)
    where TResponse : class, IBufferMessage
{
    private readonly Channel<ItemResult<TResult>> _ready = Channel.CreateUnbounded<ItemResult<TResult>>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly List<StreamItem> _sent = [];

    /// <summary>Results to come, and one for the reader of the stream as long as it may take more items.</summary>
    private int _expected = 1;

    /// <summary>A result as a message.</summary>
    internal delegate TResponse Teller(in ItemResult<TResult> result);

    /// <summary>A result will come.</summary>
    public void Expect() => Interlocked.Increment(ref _expected);

    /// <summary>One that was expected.</summary>
    public void Add(in ItemResult<TResult> result)
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
    public ValueTask SendEndAsync(TResponse end) => responses.WriteAsync(end);

    private async ValueTask SendReadyAsync()
    {
        _sent.Clear();
        while (_ready.Reader.TryRead(out var result))
        {
            _sent.Add(result.Item);
            await responses.WriteAsync(tell(result), flush: false);
        }

        await responses.FlushAsync();
        inFlight.Leave(_sent);
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _expected) == 0)
        {
            _ready.Writer.Complete();
        }
    }
}
