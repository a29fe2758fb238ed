namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// Results of one slot on their way to the parent. The thread that finds nobody sending sends, all that comes together
/// meanwhile as one frame: no thread is woken for it.
/// </summary>
internal sealed class ResultSender
{
    private const int FullFrame = 256 * 1024;

    private readonly object _gate = new();
    private readonly FrameChannel _channel;
    private readonly uint _slot;
    private FrameWriter _filling = new();
    private FrameWriter _sending = new();
    private bool _isSending;

    public ResultSender(FrameChannel channel, uint slot)
    {
        _channel = channel;
        _slot = slot;
        _filling.Begin(FrameType.Results, slot);
    }

    /// <summary>What became of a job: number, outcome, return value, signatures made, signatures.</summary>
    public void Add(uint number, SignJob job)
    {
        lock (_gate)
        {
            // Whoever brings results faster than the parent takes them waits.
            while (_isSending && _filling.BodyLength > FullFrame)
            {
                Monitor.Wait(_gate);
            }

            Write(_filling, number, job);
            if (_isSending)
            {
                return;
            }

            _isSending = true;
        }

        while (TakeFull())
        {
            _ = _channel.TrySend(_sending);
        }
    }

    private static void Write(FrameWriter frame, uint number, SignJob job)
    {
        frame.UInt32(number).Byte((byte)job.Outcome).UInt32(job.ReturnValue).UInt32((uint)job.SignedCount);
        if (job.Outcome != SignOutcome.Signed)
        {
            return;
        }

        for (var i = 0; i < job.Hashes.Count; i++)
        {
            frame.Bytes(job.Signatures[i]);
        }
    }

    /// <summary>False, and nobody sends any more, when there is nothing.</summary>
    private bool TakeFull()
    {
        lock (_gate)
        {
            if (_filling.BodyLength == 0)
            {
                _isSending = false;
                return false;
            }

            (_filling, _sending) = (_sending, _filling);
            _filling.Begin(FrameType.Results, _slot);
            Monitor.PulseAll(_gate);
            return true;
        }
    }
}
