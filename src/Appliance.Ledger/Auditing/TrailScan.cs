using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>
/// Passes all records by their chains: one thread reads them page by page, each in a short transaction of its own, and
/// another hashes.
/// </summary>
internal sealed class TrailScan(
    Store store, AuditVerificationOptions options, SealBook seals, CancellationToken cancellationToken)
{
    private const int Blocks = 3;
    private const int EventLength = 24;
    private const int EventText = 28;
    private const int AtNumber = 16;

    private readonly Dictionary<long, (long Length, byte[] Head, long At)> _ends = [];
    private byte[] _scratch = new byte[1 << 14];
    private ChainCheck? _current;

    public Dictionary<long, ChainCheck> Chains { get; } = [];

    /// <summary>What records in other chains say of where chains ended.</summary>
    public IReadOnlyDictionary<long, (long Length, byte[] Head, long At)> Ends => _ends;

    /// <summary>What records say of the removal of others: chain and last position.</summary>
    public HashSet<(long Chain, long Last)> Removals { get; } = [];

    /// <summary>Reads and verifies from one sequence number to another.</summary>
    public void Run(long after, long last, Func<long, ChainCheck?> find)
    {
        using var free = new BlockingCollection<AuditBlock>();
        using var full = new BlockingCollection<AuditBlock>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var i = 0; i < Blocks; i++)
        {
            free.Add(new AuditBlock(), cancellationToken);
        }

        var reading = Task.Factory.StartNew(
            () => ReadAll(after, last, free, full, stop.Token),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            foreach (var block in full.GetConsumingEnumerable(cancellationToken))
            {
                Pass(block, find);
                free.Add(block, cancellationToken);
            }
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)reading).AsyncWaitHandle.WaitOne();
        }

        reading.GetAwaiter().GetResult();
    }

    private void ReadAll(
        long after,
        long last,
        BlockingCollection<AuditBlock> free,
        BlockingCollection<AuditBlock> full,
        CancellationToken stop)
    {
        try
        {
            var at = after;
            while (at < last)
            {
                var from = at;
                var block = free.Take(stop);
                store.Read(block, (connection, page) =>
                {
                    connection.Audit.Copy(from, options.Page, page);
                    return 0;
                });
                if (block.Count == 0)
                {
                    break;
                }

                at = block.LastSequence;
                full.Add(block, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever consumes has ended.
        }
        finally
        {
            full.CompleteAdding();
        }
    }

    private void Pass(AuditBlock block, Func<long, ChainCheck?> find)
    {
        var records = block.Records;
        while (AuditBlock.TryTake(ref records, out var encoded, out var hash))
        {
            var sequence = AuditBlock.SequenceOf(encoded);
            var chain = sequence / AuditRow.SequenceOf(1, 0);
            var position = sequence % AuditRow.SequenceOf(1, 0);
            if (_current?.Chain != chain || sequence < 0)
            {
                _current = find(chain);
            }

            if (_current is not { } check || position > check.Limit)
            {
                continue;
            }

            if (_scratch.Length < encoded.Length + AuditHash.Length)
            {
                _scratch = new byte[2 * (encoded.Length + AuditHash.Length)];
            }

            if (encoded[EventText..].StartsWith("audit."u8))
            {
                Look(check, position, encoded);
            }

            check.Take(position, encoded, hash, _scratch);
        }
    }

    /// <summary>What the trail says of itself.</summary>
    private void Look(ChainCheck check, long position, ReadOnlySpan<byte> encoded)
    {
        var name = Field(encoded, EventLength);
        var at = BinaryPrimitives.ReadInt64BigEndian(encoded[AtNumber..]);
        // at, event, outcome, five ids, count, digest, detail: the last two by walking over what is before them.
        var offset = EventLength;
        for (var column = 0; column < 8; column++)
        {
            offset += sizeof(int) + Field(encoded, offset).Length;
        }

        var digest = Field(encoded, offset).ToArray();
        offset += sizeof(int) + digest.Length;
        var detail = Encoding.UTF8.GetString(Field(encoded, offset));
        if (name.SequenceEqual("audit.chain-opened"u8) && position == 1)
        {
            check.Opened = (detail, at);
        }
        else if (name.SequenceEqual("audit.chain-closed"u8)
            && AuditChainText.TryParseClosed(detail, out var chain, out var length))
        {
            if (chain == check.Chain)
            {
                check.Closed = (detail, at, position);
            }
            else
            {
                _ends.TryAdd(chain, (length, digest, at));
            }
        }
        else if (name.SequenceEqual("audit.removed"u8)
            && AuditChainText.TryParseClosed(detail, out var removed, out var last))
        {
            Removals.Add((removed, last));
        }
        else if (name.SequenceEqual("audit.sealed"u8) && SealText.TryParseSeal(detail, out var number, out var stamp))
        {
            seals.Expect(number, digest, $"record {position} of chain {check.Chain} tells of it");
            seals.ExpectTimestamp(number, stamp);
        }
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> encoded, int offset)
        => encoded.Slice(
            offset + sizeof(int), Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(encoded[offset..])));
}
