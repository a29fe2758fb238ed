namespace Appliance.Server.Csc;

/// <summary>
/// Places for what comes in numbers: the items of all streams, and the digests of calls that have many. They wait here
/// and not in the queues behind, which would refuse them, and which have room for these and for all calls that
/// <see cref="Admission"/> lets in (<see cref="Options.LimitSettings.MostInWork"/>).
/// </summary>
internal sealed class ItemPlaces(int count) : IDisposable
{
    private readonly SemaphoreSlim _places = new(count);

    /// <summary>Places that nobody has.</summary>
    public int Free => _places.CurrentCount;

    /// <summary>Waits for a place, first come first served; <see cref="Leave"/> gives it back.</summary>
    public Task TakeAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    /// <summary>
    /// Waits for one place, and takes as many more as are free. Nobody may wait for further ones before these were
    /// given back.
    /// </summary>
    /// <param name="most">How many are of use; at least 1.</param>
    /// <param name="cancellationToken">Gives up; then none was taken.</param>
    /// <returns>How many were taken.</returns>
    public async ValueTask<int> TakeSomeAsync(int most, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        var taken = 1;
        while (taken < most && await _places.WaitAsync(0, CancellationToken.None))
        {
            taken++;
        }

        return taken;
    }

    /// <summary>Gives places back.</summary>
    public void Leave(int places = 1) => _places.Release(places);

    public void Dispose() => _places.Dispose();
}
