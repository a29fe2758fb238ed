using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// Removes activations some time after their end, with everything that belongs to them: a piece at a time, however
/// many hashes they have, and never one that a request in flight draws on.
/// </summary>
/// <param name="after">How long after its end an activation is kept.</param>
public sealed class ActivationSweep(TimeSpan after) : Sweep
{
    private const int Page = 100;

    /// <summary>A chunk is as much to remove as so many rows.</summary>
    private const int RowsPerChunk = 50;

    /// <inheritdoc/>
    public override string Name => "expired activations";

    /// <inheritdoc/>
    public override int Apply(StoreConnection store, long now, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        var before = now - (long)after.TotalMilliseconds;
        var last = (ExpiresAt: long.MinValue, Sequence: 0L);
        HashSet<Guid>? busy = null;
        var removed = 0;
        while (removed < limit)
        {
            var page = store.Activations.ListExpired(before, last, Page);
            if (page.Count == 0)
            {
                break;
            }

            busy ??= [.. store.Reservations.ListActivations()];
            foreach (var activation in page)
            {
                last = (activation.ExpiresAt, activation.Sequence);
                if (!busy.Contains(activation.Id))
                {
                    removed += Remove(store, activation.Sequence, limit - removed);
                }

                if (removed >= limit)
                {
                    break;
                }
            }
        }

        return removed;
    }

    /// <summary>The activation's own row last: until then the next piece finds it again.</summary>
    private static int Remove(StoreConnection store, long sequence, int limit)
    {
        var removed = store.ActivationHashes.DeleteSome(sequence, limit);
        if (removed < limit)
        {
            removed += store.Activations.DeleteSegments(sequence, limit - removed);
        }

        if (removed < limit)
        {
            var most = 1 + ((limit - removed) / RowsPerChunk);
            var chunks = store.ActivationChunks.Delete(sequence, most);
            removed += chunks * RowsPerChunk;
            if (chunks < most && removed < limit)
            {
                store.Activations.Delete(sequence);
                removed++;
            }
        }

        return removed;
    }
}
