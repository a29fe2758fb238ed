using Appliance.Server.Csc;
using Appliance.Signing;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>What the streams of one method do with their messages; one object for each stream, never shared.</summary>
/// <typeparam name="TRequest">A message of the client: defaults, or an item.</typeparam>
/// <typeparam name="TResponse">A message of the server: a result, or the end.</typeparam>
/// <typeparam name="TWork">An item, complete: what the defaults add is in it.</typeparam>
/// <typeparam name="TResult">What became of it.</typeparam>
internal abstract class ItemKind<TRequest, TResponse, TWork, TResult>
{
    /// <summary>The method's name in the audit trail.</summary>
    public abstract string Method { get; }

    /// <summary>Reads what the call's metadata say; why it is refused, or null.</summary>
    public virtual CscError? Begin(IHeaderDictionary metadata) => null;

    /// <summary>Takes the message as what the items after it leave out.</summary>
    /// <param name="message">Any message of the client.</param>
    /// <param name="error">Why these defaults end the stream; null when they do not.</param>
    /// <returns>False when the message is none of that kind, and so an item.</returns>
    public abstract bool TrySetDefaults(TRequest message, out CscError? error);

    /// <summary>Reads an item, as the defaults are now.</summary>
    /// <param name="message">Any message that has no defaults.</param>
    /// <param name="item">Its id as it was sent, digests and size.</param>
    /// <param name="work">What is to be done.</param>
    /// <returns>False when there is no item in it.</returns>
    public abstract bool TryRead(TRequest message, out StreamItem item, out TWork work);

    /// <summary>Does it. It has its places, and its caller's token is good.</summary>
    public abstract ValueTask<Answer<TResult>> RunAsync(
        Caller caller, TWork work, CancellationToken cancellationToken);

    /// <summary>The result as a message, which may be the same object each time.</summary>
    public abstract TResponse Tell(in ItemResult<TResult> result);

    /// <summary>How far the server came, as a message.</summary>
    public abstract TResponse TellEnd(long answered, string lastId);
}
