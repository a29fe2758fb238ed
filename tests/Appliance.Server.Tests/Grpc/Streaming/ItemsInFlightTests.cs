using Appliance.Server.Grpc.Streaming;

namespace Appliance.Server.Tests.Grpc.Streaming;

public sealed class ItemsInFlightTests
{
    private readonly ItemsInFlight _items = new(mostItems: 2, mostHashes: 10, mostBytes: 100);

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(8, 98, true)]
    [InlineData(9, 1, false)]
    [InlineData(1, 99, false)]
    public void An_item_enters_when_all_bounds_have_room(int hashes, int bytes, bool enters)
    {
        Assert.True(Enter(new("first", 2, 2)).IsCompletedSuccessfully);

        Assert.Equal(enters, Enter(new("second", hashes, bytes)).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_third_item_waits_until_another_has_left()
    {
        await Enter(new("1", 1, 1));
        await Enter(new("2", 1, 1));
        var third = Enter(new("3", 1, 1));
        Assert.False(third.IsCompleted);

        _items.Leave([new("1", 1, 1)]);

        Assert.Equal("3", (await third).Id);
        Assert.False(Enter(new("4", 1, 1)).IsCompleted);
    }

    [Fact]
    public async Task An_item_larger_than_the_bounds_goes_alone()
    {
        var large = await Enter(new("large", 10_000, 1_000_000));
        var small = Enter(new("small", 1, 1));
        Assert.False(small.IsCompleted);

        _items.Leave([large]);
        await small;
        Assert.False(Enter(large).IsCompleted);
    }

    [Fact]
    public async Task A_duplicate_is_marked_and_leaves_the_first_its_id()
    {
        var first = await Enter(new("same", 1, 1));
        var second = await Enter(new("same", 1, 1));
        Assert.False(first.IsDuplicate);
        Assert.True(second.IsDuplicate);

        _items.Leave([second]);
        var third = await Enter(new("same", 1, 1));
        Assert.True(third.IsDuplicate);

        _items.Leave([first, third]);
        Assert.False((await Enter(new("same", 1, 1))).IsDuplicate);
    }

    [Fact]
    public async Task Items_without_an_id_are_no_duplicates()
    {
        await Enter(new("", 0, 0));
        Assert.False((await Enter(new("", 0, 0))).IsDuplicate);
    }

    [Fact]
    public async Task A_cancelled_wait_enters_nothing()
    {
        var first = await Enter(new("1", 10, 1));
        using var cancelled = new CancellationTokenSource();
        var second = _items.EnterAsync(new("2", 10, 1), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        _items.Leave([first]);
        Assert.False((await Enter(new("2", 10, 1))).IsDuplicate);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("!~", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\u007f", false)]
    [InlineData("\u00e9", false)]
    [InlineData("a\n", false)]
    public void An_id_is_visible_ASCII(string text, bool isId) => Assert.Equal(isId, StreamItem.IsId(text));

    private Task<StreamItem> Enter(StreamItem item)
        => _items.EnterAsync(item, TestContext.Current.CancellationToken).AsTask();
}
