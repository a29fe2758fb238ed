using System.Collections.Concurrent;
using Appliance.Ledger;

namespace Appliance.Benchmarks.Ledger;

/// <summary>Callers that each reserve, consume and go on.</summary>
internal static class LedgerCallers
{
    /// <param name="loop">The commit loop.</param>
    /// <param name="activations">Its activations.</param>
    /// <param name="callers">How many at a time.</param>
    /// <param name="request">The n-th request.</param>
    /// <param name="waits">Filled with how long each waited for its reservation, in microseconds.</param>
    public static async Task RunAsync(
        CommitLoop loop, Activations activations, int callers, Func<int, ReservationRequest> request, double[] waits)
    {
        var idle = new ConcurrentQueue<LedgerCaller>();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            await Task.Yield();
            for (var n = Interlocked.Increment(ref next); n < waits.Length; n = Interlocked.Increment(ref next))
            {
                var caller = idle.TryDequeue(out var free) ? free : new LedgerCaller(activations, idle);
                var asked = request(n);
                var start = TimeProvider.System.GetTimestamp();
                Check(await caller.ReserveAsync(loop, asked));
                waits[n] = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds;
                caller.Consume(loop, asked.Now);
            }
        }));
    }

    public static void Check(ReservationStatus status)
    {
        if (status != ReservationStatus.Ok)
        {
            throw new InvalidOperationException($"A reservation ended as {status}.");
        }
    }
}
