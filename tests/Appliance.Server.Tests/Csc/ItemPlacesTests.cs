using Appliance.Server.Csc;

namespace Appliance.Server.Tests.Csc;

public sealed class ItemPlacesTests
{
    private static readonly Guid s_first = Guid.NewGuid();
    private static readonly Guid s_second = Guid.NewGuid();

    [Fact]
    public async Task A_client_alone_may_have_all_places()
    {
        var places = new ItemPlaces(3);

        Assert.Equal(3, await places.TakeSomeAsync(s_first, 10, TestContext.Current.CancellationToken));
        Assert.Equal(0, places.Free);
        places.Leave(s_first, 3);
        Assert.Equal(3, places.Free);
    }

    [Fact]
    public async Task A_place_that_becomes_free_is_for_the_client_that_has_the_fewest()
    {
        var places = new ItemPlaces(4);
        await places.TakeSomeAsync(s_first, 4, TestContext.Current.CancellationToken);
        var firsts = Enumerable.Range(0, 3).Select(_ => Take(places, s_first)).ToArray();
        var seconds = Enumerable.Range(0, 3).Select(_ => Take(places, s_second)).ToArray();

        places.Leave(s_first);
        places.Leave(s_first);
        await Task.WhenAll(seconds[..2]);
        Assert.DoesNotContain(firsts, task => task.IsCompleted);

        // Both have two now: who waits longest is next.
        places.Leave(s_second);
        await seconds[2];
        places.Leave(s_first);
        await firsts[0];
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nothing_with_it()
    {
        var places = new ItemPlaces(1);
        await Take(places, s_first);
        using var impatience = new CancellationTokenSource();
        var given = places.TakeAsync(s_second, impatience.Token);
        var next = Take(places, s_second);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        places.Leave(s_first);
        await next;
        places.Leave(s_second);

        Assert.Equal(1, places.Free);
    }

    private static Task Take(ItemPlaces places, Guid client)
        => places.TakeAsync(client, TestContext.Current.CancellationToken);
}
