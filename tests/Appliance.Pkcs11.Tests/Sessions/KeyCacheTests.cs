using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Pkcs11.Sessions;

namespace Appliance.Pkcs11.Tests.Sessions;

public sealed class KeyCacheTests
{
    [Fact]
    public void It_is_bounded_and_keeps_what_is_used()
    {
        var cache = new KeyCache(20);
        var used = Key(0);
        cache.Put(used, Found(1));
        for (var i = 1; i <= 1000; i++)
        {
            cache.Put(Key(i), Found(1));
            Assert.NotNull(cache.Find(used, 1));
        }

        var kept = Enumerable.Range(1, 1000).Count(i => cache.Find(Key(i), 1) is not null);
        Assert.InRange(kept, 9, 20);
    }

    [Fact]
    public void Handles_of_an_earlier_generation_are_not_given_out()
    {
        var cache = new KeyCache(20);
        cache.Put(Key(1), Found(1));
        Assert.NotNull(cache.Find(Key(1), 1));
        Assert.Null(cache.Find(Key(1), 2));
        cache.Put(Key(1), Found(2));
        Assert.NotNull(cache.Find(Key(1), 2));
        cache.Remove(Key(1));
        Assert.Null(cache.Find(Key(1), 2));
    }

    private static KeyReference Key(int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        return new KeyReference(Encoding.UTF8.GetBytes(name), name);
    }

    private static FoundKey Found(int generation) => new(new CULong(1), generation, ReadOnlyMemory<CULong>.Empty);
}
