using System.Diagnostics;
using System.Globalization;
using Appliance.Grpc.Client;
using Csc.V2;
using Google.Protobuf;

namespace Appliance.Load.Ratio;

/// <summary>
/// SignHashStream for a time: one stream after the other, each of one activation, one hash an item, as fast as flow
/// control allows. By Appliance.Grpc.Client: its processor time counts, as that of any client would.
/// </summary>
internal sealed class StreamWorkload(
    GrpcChannel channel, List<Activation> activations, string[] tokens, string hashAlgorithm, TimeSpan duration)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public SignedAnswers Answers { get; } = new();

    public async Task RunAsync()
    {
        foreach (var activation in activations)
        {
            if (IsOver())
            {
                return;
            }

            await RunAsync(activation);
        }

        if (!IsOver())
        {
            throw new InvalidOperationException(
                "The authorised hashes ran out; make more signers (SIGNERS) or measure for a shorter time.");
        }
    }

    private async Task RunAsync(Activation activation)
    {
        var started = new long[activation.Count];
        var options = new GrpcCallOptions
        {
            Metadata = new GrpcMetadata { { "authorization", $"Bearer {tokens[activation.Signer]}" } },
        };
        await using var call = channel.BidirectionalStreaming<SignHashStreamRequest, SignHashStreamResponse>(
            SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHashStream"), options);
        var writing = WriteAsync(call, activation, started);
        while (await call.ReadAsync() is { } message)
        {
            var result = message.Result;
            if (result.Status is not null)
            {
                throw new InvalidOperationException($"Item {result.Id}: {result.Status.Code} {result.Status.Message}");
            }

            var hash = int.Parse(result.Id, CultureInfo.InvariantCulture);
            Answers.Elapsed.Add(Stopwatch.GetTimestamp() - started[hash]);
            Answers.Add(activation, hash, result.Signatures[0].ToByteArray());
        }

        await writing;
    }

    private async Task WriteAsync(
        GrpcBidirectionalStreamingCall<SignHashStreamRequest, SignHashStreamResponse> call,
        Activation activation,
        long[] started)
    {
        var defaults = activation.Defaults;
        defaults.HashAlgorithmOid = hashAlgorithm;
        await call.WriteAsync(new SignHashStreamRequest { Defaults = defaults });
        while (activation.Left > 0 && !IsOver())
        {
            var hash = activation.TakeOne();
            started[hash] = Stopwatch.GetTimestamp();
            var item = new SignHashItem
            {
                Id = hash.ToString(CultureInfo.InvariantCulture),
                Request = new SignHashRequest { Hashes = { ByteString.CopyFrom(activation.Hash(hash)) } },
            };
            if (!await call.WriteAsync(new SignHashStreamRequest { Item = item }))
            {
                return;
            }
        }

        await call.CompleteAsync();
    }

    private bool IsOver() => Stopwatch.GetElapsedTime(_start) >= duration;
}
