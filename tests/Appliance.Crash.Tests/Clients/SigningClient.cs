using System.Collections.Concurrent;
using Appliance.Grpc.Client;
using Csc.V2;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Appliance.Crash.Tests.Clients;

/// <summary>
/// Calls one server and logs every request and every answer; a call that the channel repeats is one request.
/// </summary>
internal sealed class SigningClient : IDisposable
{
    private const int Channels = 4;

    private static readonly MethodDescriptor s_signHash =
        SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash");

    private static readonly MethodDescriptor s_signHashStream =
        SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHashStream");

    private static readonly GrpcRetryPolicy s_never = new() { MaxAttempts = 1 };

    private readonly ClientLog _log;
    private readonly TimeSpan? _timeout;
    private readonly GrpcChannel[] _channels;

    /// <param name="address">Of the server.</param>
    /// <param name="log">Where everything is put down.</param>
    /// <param name="retry">Null never to repeat a call.</param>
    /// <param name="timeout">Of a call, all its attempts together.</param>
    public SigningClient(Uri address, ClientLog log, GrpcRetryPolicy? retry = null, TimeSpan? timeout = null)
    {
        _log = log;
        _timeout = timeout;
        _channels = [.. Enumerable.Range(0, Channels).Select(_ => NewChannel(address, retry))];
    }

    public static GrpcChannel NewChannel(Uri address, GrpcRetryPolicy? retry = null)
        => new(address, new GrpcChannelOptions { Retry = retry ?? s_never });

    /// <summary>One SignHash that is not logged, so that nothing is expected of it.</summary>
    public static Task SignOnceAsync(GrpcChannel channel, WorkItem item, CancellationToken cancellation)
        => channel.UnaryAsync<SignHashRequest, SignHashResponse>(
            s_signHash,
            Request(item, inMessage: false),
            new GrpcCallOptions { Metadata = item.Signer.Bearer() },
            cancellation);

    /// <summary>One SignHash.</summary>
    /// <returns>How it ended, as the log has it.</returns>
    public async Task<LogKind> SignAsync(WorkItem item, Attempt attempt, int caller, CancellationToken cancellation)
    {
        _log.Sent(item, attempt);
        try
        {
            var answer = await _channels[caller % Channels].UnaryAsync<SignHashRequest, SignHashResponse>(
                s_signHash,
                Request(item, inMessage: false),
                new GrpcCallOptions
                {
                    Metadata = item.Signer.Bearer(),
                    Timeout = _timeout,
                    RequestId = attempt == Attempt.Plain ? null : item.Id,
                },
                cancellation);
            _log.Signed(item, attempt, answer.Message.Signatures.Select(signature => signature.ToByteArray()));
            return LogKind.Signed;
        }
        catch (GrpcStatusException status) when (status.Error is null)
        {
            // No word of the server's: the connection broke.
            _log.Lost(item, attempt, status.Message);
            return LogKind.Lost;
        }
        catch (GrpcStatusException status)
        {
            _log.Refused(item, attempt, status.Message);
            return LogKind.Refused;
        }
    }

    /// <summary>SignHashStream until the server dies or there is no more work.</summary>
    /// <param name="signer">Whose token the stream carries.</param>
    /// <param name="atATime">Items sent and not answered.</param>
    /// <param name="next">The next item of that signer; null for none.</param>
    /// <param name="caller">Chooses the connection.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task StreamAsync(
        DrillSigner signer,
        int atATime,
        Func<WorkItem?> next,
        int caller,
        CancellationToken cancellation)
    {
        var waiting = new ConcurrentDictionary<string, WorkItem>(StringComparer.Ordinal);
        using var places = new SemaphoreSlim(atATime);
        await using var call = _channels[caller % Channels].BidirectionalStreaming<
            SignHashStreamRequest, SignHashStreamResponse>(
            s_signHashStream, new GrpcCallOptions { Metadata = signer.Bearer() }, cancellation);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var writing = WriteAsync();
        var why = "the stream ended";
        try
        {
            while (await call.ReadAsync(cancellation) is { Result: { } result })
            {
                waiting.TryRemove(result.Id, out var item);
                Answer(item!, result);
                places.Release();
            }
        }
        catch (GrpcStatusException status)
        {
            why = status.Message;
        }

        await ended.CancelAsync();
        await writing;
        foreach (var item in waiting.Values)
        {
            _log.Lost(item, Attempt.First, why);
        }

        async Task WriteAsync()
        {
            try
            {
                while (next() is { } item)
                {
                    await places.WaitAsync(ended.Token);
                    waiting[item.Id] = item;
                    _log.Sent(item, Attempt.First);
                    var sent = new SignHashItem { Id = item.Id, Request = Request(item, inMessage: true) };
                    await call.WriteAsync(new SignHashStreamRequest { Item = sent }, ended.Token);
                }

                await call.CompleteAsync(ended.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The server has died, which the reader knows.
            }
        }
    }

    public void Dispose() => Array.ForEach(_channels, channel => channel.Dispose());

    /// <summary>The request id is metadata of a call, and in the message of an item.</summary>
    private static SignHashRequest Request(WorkItem item, bool inMessage)
    {
        var request = new SignHashRequest
        {
            CredentialId = item.Signer.Credential,
            Sad = item.Signer.Sad,
            SignAlgo = item.Signer.SignAlgo,
            Hashes = { item.Hashes.Select(hash => ByteString.CopyFrom(hash)) },
        };
        if (inMessage)
        {
            request.RequestId = item.Id;
        }

        return request;
    }

    private void Answer(WorkItem item, SignHashResult result)
    {
        if (result.Status is { } status)
        {
            _log.Refused(item, Attempt.First, $"{(GrpcStatusCode)status.Code}: {status.Message}");
        }
        else
        {
            _log.Signed(item, Attempt.First, result.Signatures.Select(signature => signature.ToByteArray()));
        }
    }
}
