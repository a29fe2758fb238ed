using System.Security.Cryptography;
using Appliance.Ledger;

namespace Appliance.Durability.TestService;

/// <summary>
/// A caller that has hashes authorised and signs them in requests of its own making: alone and in bulk, most consumed,
/// some released, some spent, some left open when the run ends; and has as many time stamps made.
/// </summary>
internal sealed class Caller(CommitLoop loop, Activations activations, Marks marks, Guid signer, int seed)
{
    private readonly Random _random = new(seed);
    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task UseOneActivationAsync()
    {
        var total = _random.Next(1, 60);
        var scal = _random.Next(1, 3);
        byte[][] hashes = [.. Enumerable.Range(0, total).Select(_ => RandomNumberGenerator.GetBytes(32))];
        var grant = new ActivationRequest(
            Guid.CreateVersion7(),
            signer,
            signer,
            Guid.Empty,
            scal,
            total,
            scal == 1 ? [] : hashes,
            long.MaxValue,
            Now);
        var opening = new Opening(activations, grant, marks);
        Enqueue(opening);
        await opening.Done;
        for (var first = 0; first < total;)
        {
            var count = Math.Min(total - first, _random.Next(10) == 0 ? 30 : _random.Next(1, 4));
            await SignAsync(new ReservationRequest(
                Guid.CreateVersion7(),
                grant.ActivationId,
                signer,
                1,
                signer,
                Guid.Empty,
                hashes[first..(first + count)],
                Now));
            first += count;
            await StampAsync();
        }
    }

    /// <summary>A token may be asked, and answered, as soon as its intent is durable.</summary>
    private async Task StampAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var record = new AuditRecord
        {
            At = Now,
            Event = AuditEvent.TimestampIntent,
            RequestId = Guid.CreateVersion7(),
            Count = 1,
            Digest = RandomNumberGenerator.GetBytes(32),
        };
        var intent = new TimestampIntent(made =>
        {
            if (made.Status != TimestampIntentStatus.Ok)
            {
                done.SetException(new InvalidOperationException($"{made.Status}"));
                return;
            }

            marks.Stamped(record.RequestId.Value);
            done.SetResult();
        });
        intent.Prepare(record, terms: null);
        Enqueue(intent);
        await done.Task;
        intent.Settle(loop, record with { Event = AuditEvent.TimestampIssued });
    }

    private async Task SignAsync(ReservationRequest request)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var outcome = _random.Next(100) switch
        {
            < 84 => ReservationOutcome.Consumed,
            < 92 => ReservationOutcome.Released,
            < 99 => ReservationOutcome.Spent,
            _ => (ReservationOutcome?)null,
        };
        var reservation = new Reservation(
            activations,
            reserved =>
            {
                if (reserved.Status != ReservationStatus.Ok)
                {
                    done.SetException(new InvalidOperationException($"{reserved.Status}", reserved.Error));
                    return;
                }

                marks.Reserved(request);
                done.SetResult();
            },
            _ => marks.Settled(request, outcome!.Value));
        reservation.Prepare(request);
        Enqueue(reservation);
        await done.Task;
        if (outcome is { } known)
        {
            reservation.Settle(loop, known, Now);
        }
    }

    private void Enqueue(LedgerWork work)
    {
        if (!loop.TryEnqueue(work))
        {
            throw new InvalidOperationException("The queue is full.");
        }
    }
}
