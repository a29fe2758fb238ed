using System.Diagnostics;
using Appliance.Load.Http2;
using Appliance.Load.Ratio;
using Appliance.Load.Timestamps;
using Google.Protobuf;

namespace Appliance.Load.Overload;

/// <summary>
/// signHash calls of one connection at given rates, whatever becomes of those before (an open loop). Latency counts
/// from when a call was due. The hash of a call that was refused is used again: nothing was used up.
/// </summary>
internal sealed class OpenSigning : LeanWorkload
{
    private const int ResourceExhausted = 8;
    private const uint SignaturesTag = (1 << 3) | 2;

    /// <summary>Requests are sent in bunches so far apart: one by one they cost the machine more.</summary>
    private const long Tick = 1_000_000;

    private readonly List<Activation> _activations;
    private readonly OpenPhase[] _phases;
    private readonly long _slow;
    private readonly byte[] _message = new byte[8 * 1024];
    private readonly Stack<(int Activation, int Hash)> _unused = new();
    private readonly List<OpenCall> _calls = [];
    private readonly Stack<int> _free = new();
    private ArrivalSchedule _schedule;
    private long _begun;
    private long _sent;
    private int _phase;
    private int _turn;

    /// <param name="activations">Nobody else's.</param>
    /// <param name="phases">One after the other.</param>
    /// <param name="start">When, nanoseconds of <see cref="Now"/>.</param>
    /// <param name="slow">What takes longer was not answered as usual.</param>
    public OpenSigning(List<Activation> activations, OpenPhase[] phases, long start, TimeSpan slow)
    {
        _activations = activations;
        _phases = phases;
        _slow = (long)slow.TotalNanoseconds;
        _begun = start;
        _schedule = Schedule();
        Tallies = [.. phases.Select(_ => new PhaseTally())];
    }

    public PhaseTally[] Tallies { get; }

    public SignedAnswers Answers { get; } = new();

    /// <summary>Neither signed nor refused as it should be; null when there was nothing of that kind.</summary>
    public string? Failure { get; private set; }

    public override long MicrosecondsUntilNext
    {
        get
        {
            if (_schedule.IsOver && _phase + 1 < _phases.Length)
            {
                _begun += (long)_phases[_phase++].Duration.TotalNanoseconds;
                _schedule = Schedule();
            }

            var now = Now();
            if (_schedule.IsOver || (_schedule.NextDue <= now && now - _sent < Tick / 4))
            {
                return 0;
            }

            var wait = Math.Max(_schedule.NextDue, _sent + Tick) - now;
            if (wait <= 0)
            {
                _sent = now;
                return 0;
            }

            return 1 + (wait / 1_000);
        }
    }

    public static long Now() => (long)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));

    public override bool TryNext(out ReadOnlySpan<byte> message, out int variant, out long tag)
    {
        message = default;
        variant = 0;
        tag = 0;
        if (_schedule.IsOver || !_schedule.TryTake(long.MaxValue, out var due))
        {
            return false;
        }

        Tallies[_phase].Lag.Record(Now() - due);
        if (!TryTakeHash(out var activation, out var hash))
        {
            Failure ??= "The authorised hashes ran out; make more signers (SIGNERS) or measure for a shorter time.";
            return false;
        }

        var call = new OpenCall(activation, hash, due, _phase);
        if (_free.TryPop(out var place))
        {
            _calls[place] = call;
        }
        else
        {
            place = _calls.Count;
            _calls.Add(call);
        }

        message = _message.AsSpan(0, _activations[activation].Write(hash, _message));
        variant = _activations[activation].Signer;
        tag = place;
        return true;
    }

    public override void OnMessage(long tag, ReadOnlySpan<byte> message)
    {
        var call = _calls[(int)tag];
        var input = new CodedInputStream(message.ToArray());
        if (input.ReadTag() == SignaturesTag)
        {
            Answers.Add(_activations[call.Activation], call.Hash, input.ReadBytes().ToByteArray());
        }
    }

    public override void OnEnd(long tag, int grpcStatus, string? text, long elapsed)
    {
        var call = _calls[(int)tag];
        _free.Push((int)tag);
        var tally = Tallies[call.Phase];
        var now = Now();
        switch (grpcStatus)
        {
            case 0:
                tally.Signed.Record(now - call.Due);
                Tallies[_phase].InTime += _schedule.IsOver ? 0 : 1;
                tally.LastBad = now - call.Due > _slow ? Math.Max(tally.LastBad, call.Due) : tally.LastBad;
                break;
            case ResourceExhausted:
                tally.Refused.Record((long)(elapsed * (1_000_000_000.0 / Stopwatch.Frequency)));
                tally.LastBad = Math.Max(tally.LastBad, call.Due);
                _unused.Push((call.Activation, call.Hash));
                break;
            default:
                Failure ??= $"grpc-status {grpcStatus}: {text}";
                break;
        }
    }

    private bool TryTakeHash(out int activation, out int hash)
    {
        if (_unused.TryPop(out var unused))
        {
            (activation, hash) = unused;
            return true;
        }

        for (var tries = 0; tries < _activations.Count; tries++)
        {
            activation = _turn++ % _activations.Count;
            if (_activations[activation].Left > 0)
            {
                hash = _activations[activation].TakeOne();
                return true;
            }
        }

        (activation, hash) = (0, 0);
        return false;
    }

    private ArrivalSchedule Schedule()
    {
        var phase = _phases[_phase];
        return new ArrivalSchedule(_begun, phase.Rate, (long)(phase.Rate * phase.Duration.TotalSeconds));
    }
}
