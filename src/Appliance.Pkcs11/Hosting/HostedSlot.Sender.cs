namespace Appliance.Pkcs11.Hosting;

/// <content>The thread that sends.</content>
internal sealed partial class HostedSlot
{
    private const int JobsPerFrame = 64;
    private const int FullFrame = 256 * 1024;
    private const int HashesOfInteractive = 256;
    private const int HashesOfBulk = 16;

    private readonly FrameWriter _frame = new();

    private void Send()
    {
        var batch = new SignJob[JobsPerFrame];
        for (var done = -1; ; done = 0)
        {
            _sent.WaitForRoom(isBulk: false, _queue.Interactive);
            var count = _queue.Take(batch, JobsPerFrame, done);
            if (count == 0)
            {
                return;
            }

            if (count < 0)
            {
                continue;
            }

            SendBatch(batch.AsSpan(0, count));
            batch.AsSpan(0, count).Clear();
        }
    }

    /// <summary>Interactive jobs as one frame; a bulk job, which comes alone, piece by piece.</summary>
    private void SendBatch(Span<SignJob> batch)
    {
        var child = _child;
        if (child is not null && child != _keysOf)
        {
            _keys.Clear();
            _keysOf = child;
        }

        _frame.Begin(FrameType.Jobs, Number);
        foreach (var job in batch)
        {
            if (Begin(job, child) is not { } sent)
            {
                continue;
            }

            try
            {
                if (job.IsBulk)
                {
                    SendBulk(child!, sent);
                }
                else
                {
                    Write(child!, sent, HashesOfInteractive, once: false);
                }
            }
            catch (Exception e)
            {
                // What is out comes back; the thread goes on.
                HostLog.SenderThrew(_logger, Token.Info, e);
            }

            if (_sent.Release(sent))
            {
                Finish(sent);
            }
        }

        Flush(child);
        _frame.Clear();
    }

    /// <summary>
    /// The owner's last word is asked now, just before the frame goes: from here on the job counts as dispatched.
    /// </summary>
    private SentJob? Begin(SignJob job, HostChild? child)
    {
        if (child is null or { IsOver: true } || State is SlotState.Quarantined or SlotState.Probing)
        {
            LeaveAlone(job);
            return null;
        }

        if (!job.Dispatched && !job.MayBegin(_time))
        {
            job.Outcome = SignOutcome.NeverDispatched;
            Done(job);
            return null;
        }

        job.Dispatched = true;
        return new SentJob(job);
    }

    /// <summary>Interactive jobs go between any two pieces.</summary>
    private void SendBulk(HostChild child, SentJob sent)
    {
        while (sent.Next < sent.Job.Hashes.Count && sent.Failure == SignOutcome.None)
        {
            if (!_sent.WaitForRoom(isBulk: true, _queue.Interactive))
            {
                if (_queue.TryTakeInteractive(out var urgent) && Begin(urgent!, child) is { } interactive)
                {
                    Write(child, interactive, HashesOfInteractive, once: false);
                    if (_sent.Release(interactive))
                    {
                        Finish(interactive);
                    }

                    Flush(child);
                }

                continue;
            }

            if (!Write(child, sent, HashesOfBulk, once: true))
            {
                return;
            }

            Flush(child);
        }
    }

    /// <summary>Writes hashes of a job as pieces. False when the process serves no longer.</summary>
    private bool Write(HostChild child, SentJob sent, int most, bool once)
    {
        var job = sent.Job;
        do
        {
            var start = sent.Next;
            var count = Math.Min(most, job.Hashes.Count - start);
            var key = _keys.Of(job.Key, _frame);
            if (!_sent.TryAdd(child, sent, count, out var number))
            {
                return false;
            }

            _frame.Byte((byte)JobFrame.Hashes).UInt32(number).UInt32(key);
            SchemeNumbers.Write(_frame, job.Scheme);
            _frame.Flag(job.IsBulk).UInt32((uint)count);
            for (var i = start; i < start + count; i++)
            {
                _frame.Raw(job.Hashes[i]);
            }

            if (_frame.BodyLength > FullFrame)
            {
                Flush(child);
            }
        }
        while (!once && sent.Next < job.Hashes.Count);
        return true;
    }

    /// <summary>What cannot be sent any more is lost with its process, whose end tells the jobs so.</summary>
    private void Flush(HostChild? child)
    {
        if (_frame.BodyLength > 0)
        {
            _ = child?.TrySend(_frame);
            _frame.Begin(FrameType.Jobs, Number);
        }
    }
}
