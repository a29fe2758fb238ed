using Appliance.Server.Csc.Lanes;

namespace Appliance.Server.Csc;

/// <summary>
/// Places for what comes in numbers: the items of all streams, and the digests of calls that have many. They wait here
/// and not in the queues behind, which would refuse them, and which have room for these and for all calls that
/// <see cref="Admission"/> lets in (<see cref="Options.LimitSettings.MostInWork"/>). A client that is alone may have
/// all of them; where several wait, the next free place is for the one that has the fewest.
/// </summary>
internal sealed class ItemPlaces(int count)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, PlaceHolder> _holders = [];
    private readonly List<PlaceHolder> _waiting = [];
    private int _free = count;

    /// <summary>Places that nobody has.</summary>
    public int Free => Volatile.Read(ref _free);

    /// <summary>Waits for a place, first come first served among those of one client.</summary>
    /// <param name="client">Whose it is going to be; <see cref="Leave"/> gives it back.</param>
    /// <param name="cancellationToken">Gives up; then it was not taken.</param>
    public Task TakeAsync(Guid client, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var holder = Find(client);
            if (_free > 0)
            {
                _free--;
                holder.Places++;
                return Task.CompletedTask;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (holder.Waiting.Count == 0)
            {
                _waiting.Add(holder);
            }

            holder.Waiting.AddLast(waiter);
        }

        return WaitAsync(client, waiter, cancellationToken);
    }

    /// <summary>
    /// Waits for one place, and takes as many more as are free. Nobody may wait for further ones before these were
    /// given back.
    /// </summary>
    /// <param name="client">Whose they are.</param>
    /// <param name="most">How many are of use; at least 1.</param>
    /// <param name="cancellationToken">Gives up; then none was taken.</param>
    /// <returns>How many were taken.</returns>
    public async ValueTask<int> TakeSomeAsync(Guid client, int most, CancellationToken cancellationToken)
    {
        await TakeAsync(client, cancellationToken);
        lock (_gate)
        {
            var more = Math.Min(_free, most - 1);
            _free -= more;
            Find(client).Places += more;
            return 1 + more;
        }
    }

    /// <summary>Gives places back.</summary>
    public void Leave(Guid client, int places = 1)
    {
        lock (_gate)
        {
            var holder = _holders[client];
            holder.Places -= places;
            _free += places;
            while (_free > 0 && _waiting.Count > 0)
            {
                _free--;
                HandOver();
            }

            if (holder.IsGone)
            {
                _holders.Remove(client);
            }
        }
    }

    /// <summary>To the one that has the fewest, and of those to who waits longest for its turn.</summary>
    private void HandOver()
    {
        var best = 0;
        for (var i = 1; i < _waiting.Count; i++)
        {
            if (_waiting[i].Places < _waiting[best].Places)
            {
                best = i;
            }
        }

        var holder = _waiting[best];
        var waiter = holder.Waiting.First!.Value;
        holder.Waiting.RemoveFirst();
        holder.Places++;
        _waiting.RemoveAt(best);
        if (holder.Waiting.Count > 0)
        {
            _waiting.Add(holder);
        }

        waiter.SetResult();
    }

    private async Task WaitAsync(Guid client, TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (!TryGiveUp(client, waiter))
            {
                // It was handed over in this moment.
                Leave(client);
            }

            throw;
        }
    }

    private bool TryGiveUp(Guid client, TaskCompletionSource waiter)
    {
        lock (_gate)
        {
            if (waiter.Task.IsCompleted)
            {
                return false;
            }

            var holder = _holders[client];
            holder.Waiting.Remove(waiter);
            if (holder.Waiting.Count == 0)
            {
                _waiting.Remove(holder);
            }

            if (holder.IsGone)
            {
                _holders.Remove(client);
            }

            return true;
        }
    }

    private PlaceHolder Find(Guid client)
    {
        if (!_holders.TryGetValue(client, out var holder))
        {
            _holders[client] = holder = new PlaceHolder();
        }

        return holder;
    }
}
