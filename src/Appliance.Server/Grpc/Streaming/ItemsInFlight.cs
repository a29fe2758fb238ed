namespace Appliance.Server.Grpc.Streaming;

/// <summary>
/// The items of one stream whose results the client has not been sent yet, and their bounds. One task enters items,
/// another lets them leave.
/// </summary>
/// <param name="mostItems">Items at a time.</param>
/// <param name="mostHashes">Their digests together; one item alone may have more.</param>
/// <param name="mostBytes">Their messages together; one item alone may be larger.</param>
internal sealed class ItemsInFlight(int mostItems, int mostHashes, int mostBytes)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private TaskCompletionSource? _room;
    private int _items;
    private long _hashes;
    private long _bytes;

    /// <summary>Waits for room.</summary>
    /// <returns>The item as it entered: marked when another one of its id is inside.</returns>
    /// <exception cref="OperationCanceledException">It has not entered.</exception>
    public async ValueTask<StreamItem> EnterAsync(StreamItem item, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (HasRoomFor(item))
                {
                    Count(item, 1);
                    return item with { IsDuplicate = item.Id.Length > 0 && !_ids.Add(item.Id) };
                }

                _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The client was sent the results of these.</summary>
    public void Leave(IReadOnlyList<StreamItem> items)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Count(items[i], -1);
                if (!items[i].IsDuplicate)
                {
                    _ids.Remove(items[i].Id);
                }
            }

            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    private bool HasRoomFor(in StreamItem item)
        => _items == 0
            || (_items < mostItems && _hashes + item.Hashes <= mostHashes && _bytes + item.Bytes <= mostBytes);

    private void Count(in StreamItem item, int by)
    {
        _items += by;
        _hashes += by * item.Hashes;
        _bytes += (long)by * item.Bytes;
    }
}
