using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Disks;

/// <summary>A file: what of it is on disk for certain, and what was done to it since.</summary>
internal sealed class DiskFile
{
    private const int Sector = 512;
    private const int Page = 4_096;

    private readonly Content _synced = new();
    private readonly List<Change> _changes = [];

    public void Add(Change change) => _changes.Add(change);

    /// <summary>What was done before that moment is on disk.</summary>
    public void Sync(int before)
    {
        var count = _changes.TakeWhile(change => change.Order < before).Count();
        foreach (var change in _changes.Take(count))
        {
            _synced.Apply(change.Operation);
        }

        _changes.RemoveRange(0, count);
    }

    /// <summary>What may be found when the power comes back.</summary>
    public byte[] AfterPowerLoss(Loss loss, Random random)
    {
        var content = new Content(_synced);
        var kept = loss switch
        {
            Loss.Everything => 0,
            Loss.Tail => random.Next(_changes.Count + 1),
            _ => _changes.Count,
        };
        var share = random.NextDouble();
        foreach (var change in _changes.Take(kept))
        {
            Keep(content, change.Operation, loss, share, random);
        }

        return content.Bytes.ToArray();
    }

    private static void Keep(Content content, Operation change, Loss loss, double share, Random random)
    {
        if (loss is Loss.Nothing or Loss.Tail)
        {
            content.Apply(change);
        }
        else if (loss == Loss.Some || change.Kind == OperationKind.Resize)
        {
            if (random.NextDouble() < share)
            {
                content.Apply(change);
            }
        }
        else
        {
            KeepParts(content, change, loss, share, random);
        }
    }

    private static void KeepParts(Content content, Operation write, Loss loss, double share, Random random)
    {
        var size = loss == Loss.Pages ? Page : Sector;
        var data = write.Data.Span;
        var offset = checked((int)write.Number);
        while (data.Length > 0)
        {
            // Sectors are those of the file, wherever in them the write began.
            var part = data[..Math.Min(data.Length, size - (offset % size))];
            if (random.NextDouble() < share)
            {
                content.Write(offset, part);
            }
            else if (loss == Loss.Garbage && random.NextDouble() < share)
            {
                var garbage = new byte[part.Length];
                random.NextBytes(garbage);
                content.Write(offset, garbage);
            }

            data = data[part.Length..];
            offset += part.Length;
        }
    }
}
