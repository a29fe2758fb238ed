using System.Globalization;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Sessions;

/// <summary>The named threads of one slot, each with a session of its own, and the queue that feeds them.</summary>
internal sealed class SlotWorkers
{
    private const int BatchSize = 8;

    private readonly Slot _slot;
    private readonly Action<SignJob, Slot> _completed;
    private readonly Thread[] _threads;

    public SlotWorkers(Slot slot, int queueLimit, Action<SignJob, Slot> completed)
    {
        _slot = slot;
        _completed = completed;
        Queue = new JobQueue(queueLimit, slot.SessionLimit);
        slot.Wrapped.ParkWith(Queue.Return);
        _threads = new Thread[slot.SessionLimit];
        for (var i = 0; i < _threads.Length; i++)
        {
            var number = (i + 1).ToString(CultureInfo.InvariantCulture);
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"pkcs11 {slot.Token.Info.Label} {number}" };
            _threads[i].Start();
        }
    }

    public JobQueue Queue { get; }

    /// <summary>Waits until the workers have finished what is queued.</summary>
    /// <returns>How many have not.</returns>
    public int Join(TimeProvider time, long start, TimeSpan timeout)
    {
        var left = 0;
        foreach (var thread in _threads)
        {
            var rest = timeout - time.GetElapsedTime(start);
            left += thread.Join(rest > TimeSpan.Zero ? rest : TimeSpan.Zero) ? 0 : 1;
        }

        return left;
    }

    private void Work()
    {
        var session = new SigningSession(_slot);
        try
        {
            // Paced by the slot. A token that takes fewer sessions than configured gets fewer workers.
            if (session.Open() == CKR.CKR_SESSION_COUNT && _slot.OpenSessions > 0)
            {
                return;
            }

            var batch = new SignJob[BatchSize];
            for (var count = Queue.Take(batch); count > 0; count = Queue.Take(batch))
            {
                for (var i = 0; i < count; i++)
                {
                    Run(session, batch[i]);
                    batch[i] = null!;
                }
            }
        }
        finally
        {
            session.Close();
        }
    }

    /// <summary>A bulk job lets one interactive job pass between any two of its signatures.</summary>
    private void Run(SigningSession session, SignJob job)
    {
        _slot.Enter();
        try
        {
            JobProgress progress;
            while ((progress = session.Run(job, Queue.Interactive)) == JobProgress.GaveWay)
            {
                if (Queue.TryTakeInteractive(out var urgent))
                {
                    Run(session, urgent!);
                }
            }

            if (progress == JobProgress.Parked)
            {
                _slot.Leave();
                return;
            }
        }
        catch (Exception e)
        {
            // An exception that left the thread would end the process, and others' jobs with it.
            Log.WorkerThrew(_slot.Logger, _slot.Token.Info, e);
            job.Outcome = SignOutcome.Failed;
        }

        _slot.Leave();
        _completed(job, _slot);
    }
}
