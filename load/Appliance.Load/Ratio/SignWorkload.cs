using System.Diagnostics;
using Appliance.Load.Http2;
using Google.Protobuf;

namespace Appliance.Load.Ratio;

/// <summary>signHash calls of one connection for a time, each with hashes that were not signed before.</summary>
internal sealed class SignWorkload(List<Activation> activations, int hashesPerCall, TimeSpan duration) : LeanWorkload
{
    private const uint SignaturesTag = (1 << 3) | 2;

    private readonly byte[] _message = new byte[64 * 1024];
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _turn;

    public SignedAnswers Answers { get; } = new();

    public string? Failure { get; private set; }

    public override bool TryNext(out ReadOnlySpan<byte> message, out int variant, out long tag)
    {
        message = default;
        variant = 0;
        tag = 0;
        if (Stopwatch.GetElapsedTime(_start) >= duration || Failure is not null)
        {
            return false;
        }

        for (var tries = 0; tries < activations.Count; tries++)
        {
            var index = _turn++ % activations.Count;
            var activation = activations[index];
            if (activation.Left < hashesPerCall)
            {
                continue;
            }

            var length = activation.Take(hashesPerCall, _message, out var first);
            message = _message.AsSpan(0, length);
            variant = activation.Signer;
            tag = ((long)index << 32) | (uint)first;
            return true;
        }

        Failure = "The authorised hashes ran out; make more signers (SIGNERS) or measure for a shorter time.";
        return false;
    }

    public override void OnMessage(long tag, ReadOnlySpan<byte> message)
    {
        var input = new CodedInputStream(message.ToArray());
        var hash = (int)(tag & uint.MaxValue);
        while (input.ReadTag() == SignaturesTag)
        {
            Answers.Add(activations[(int)(tag >> 32)], hash++, input.ReadBytes().ToByteArray());
        }
    }

    public override void OnEnd(long tag, int grpcStatus, string? text, long elapsed)
    {
        if (grpcStatus == 0)
        {
            Answers.Elapsed.Add(elapsed);
        }
        else
        {
            Failure ??= $"grpc-status {grpcStatus}: {text}";
        }
    }
}
