using System.Collections.Concurrent;
using System.Diagnostics;
using Appliance.Grpc.Client;
using Appliance.Load.Ratio;
using Csc.V2;
using Google.Protobuf;

namespace Appliance.Load.Failover;

/// <summary>
/// signHash calls over gRPC, each with a hash that was not signed before, by a client that never tries one again: as
/// many in flight as are allowed, or at a steady rate, when each is due whether or not the ones before are answered.
/// </summary>
internal sealed class SteadyLoad : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly Lock _taking = new();
    private readonly GrpcChannel _channel;
    private readonly IReadOnlyList<Activation> _activations;
    private readonly string[] _tokens;
    private readonly ConcurrentQueue<Call> _calls = new();
    private int _turn;
    private long _inFlight;

    public SteadyLoad(Uri address, IReadOnlyList<Activation> activations, string[] tokens)
    {
        // One attempt: what fails has failed.
        _channel = new GrpcChannel(address, new GrpcChannelOptions { Retry = new GrpcRetryPolicy { MaxAttempts = 1 } });
        _activations = activations;
        _tokens = tokens;
    }

    /// <summary>The signatures.</summary>
    public SignedAnswers Answers { get; } = new();

    /// <summary>What has ended so far, in no order.</summary>
    public IReadOnlyList<Call> Calls => [.. _calls];

    /// <summary>Calls that are not answered yet.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Calls per second with so many in flight.</summary>
    public async Task<double> MeasureAsync(int inFlight, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var before = _calls.Count;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await CallAsync(Stopwatch.GetTimestamp());
            }
        }));
        return (_calls.Count - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Calls at a steady rate until it is told to stop, and waits for the answers.</summary>
    public async Task RunAsync(double rate, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var pending = new List<Task>();
        var issued = 0L;
        while (!stop.IsCancellationRequested)
        {
            var due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * rate);
            for (; issued < due; issued++)
            {
                pending.Add(CallAsync(start + (long)(issued / rate * Stopwatch.Frequency)));
            }

            pending.RemoveAll(static call => call.IsCompletedSuccessfully);
            await Task.Delay(1, CancellationToken.None);
        }

        await Task.WhenAll(pending);
    }

    public void Dispose() => _channel.Dispose();

    private async Task CallAsync(long due)
    {
        var late = Stopwatch.GetElapsedTime(due);
        var sent = Stopwatch.GetTimestamp();
        var (activation, index) = Take();
        var request = activation.Defaults;
        request.Hashes.Add(ByteString.CopyFrom(activation.Hash(index)));
        Interlocked.Increment(ref _inFlight);
        string? failure = null;
        try
        {
            var response = await _channel.UnaryAsync<SignHashRequest, SignHashResponse>(
                SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash"),
                request,
                new GrpcCallOptions
                {
                    Metadata = new() { { "authorization", $"Bearer {_tokens[activation.Signer]}" } },
                    Timeout = s_deadline,
                });
            lock (_taking)
            {
                Answers.Add(activation, index, response.Message.Signatures[0].ToByteArray());
            }
        }
        catch (GrpcStatusException error)
        {
            failure = $"{error.Code}: {error.Text}";
        }

        Interlocked.Decrement(ref _inFlight);
        _calls.Enqueue(new Call(sent, late, Stopwatch.GetElapsedTime(sent), failure));
    }

    private (Activation Activation, int Index) Take()
    {
        lock (_taking)
        {
            for (var tries = 0; tries < _activations.Count; tries++)
            {
                var activation = _activations[_turn++ % _activations.Count];
                if (activation.Left > 0)
                {
                    return (activation, activation.TakeOne());
                }
            }
        }

        throw new InvalidOperationException("The authorised hashes ran out; make more signers (SIGNERS).");
    }
}
