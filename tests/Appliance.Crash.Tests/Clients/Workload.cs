using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Crash.Tests.Clients;

/// <summary>
/// What is to be signed: nearly always hashes that no other request has; now and then three of them in one request; now
/// and then one that is authorised two or three times and asked for once more than that.
/// </summary>
internal sealed class Workload
{
    private readonly Dictionary<DrillSigner, List<byte[]>> _authorised = [];
    private readonly Dictionary<string, WorkItem> _items = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<WorkItem> _unary = new();
    private readonly Dictionary<DrillSigner, ConcurrentQueue<WorkItem>> _streamed = [];

    /// <param name="signers">Who signs.</param>
    /// <param name="streamers">How many of them, the first ones, send streams.</param>
    /// <param name="hashesEach">About how many hashes each of them authorises.</param>
    /// <param name="seed">Decides everything.</param>
    public Workload(IReadOnlyList<DrillSigner> signers, int streamers, int hashesEach, int seed)
    {
        var random = new Random(seed);
        foreach (var signer in signers)
        {
            _authorised.Add(signer, []);
        }

        foreach (var signer in signers.Take(streamers))
        {
            _streamed.Add(signer, new ConcurrentQueue<WorkItem>());
        }

        while (_authorised[signers[^1]].Count < hashesEach)
        {
            foreach (var signer in signers)
            {
                AddGroup(signer, random, seed);
            }
        }
    }

    /// <summary>What a signer authorises, in the order of the ordinals.</summary>
    public IReadOnlyList<byte[]> HashesOf(DrillSigner signer) => _authorised[signer];

    public WorkItem Find(string id) => _items[id];

    /// <summary>The next request that nobody has sent.</summary>
    /// <param name="streamer">Of this signer; null for any of those who send no streams.</param>
    public WorkItem Take(DrillSigner? streamer = null)
        => (streamer is null ? _unary : _streamed[streamer]).TryDequeue(out var item)
            ? item
            : throw new InvalidOperationException("The authorised hashes ran out; the drill must authorise more.");

    private void AddGroup(DrillSigner signer, Random random, int seed)
    {
        var kind = random.Next(100);
        if (kind < 10)
        {
            var first = Authorise(signer, 3, seed, same: false);
            Add(signer, [first, first + 1, first + 2], [[first], [first + 1], [first + 2]]);
        }
        else if (kind < 18)
        {
            var times = random.Next(2, 4);
            var first = Authorise(signer, times, seed, same: true);
            for (var i = 0; i <= times; i++)
            {
                Add(signer, [first], [[.. Enumerable.Range(first, times)]]);
            }
        }
        else
        {
            var first = Authorise(signer, 1, seed, same: false);
            Add(signer, [first], [[first]]);
        }
    }

    /// <summary>Adds hashes to what the signer will authorise; the place of the first.</summary>
    private int Authorise(DrillSigner signer, int count, int seed, bool same)
    {
        var hashes = _authorised[signer];
        var first = hashes.Count;
        for (var i = 0; i < count; i++)
        {
            var text = string.Create(
                CultureInfo.InvariantCulture, $"{seed}/{signer.Credential}/{(same ? first : first + i)}");
            hashes.Add(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        }

        return first;
    }

    private void Add(DrillSigner signer, int[] places, int[][] ordinals)
    {
        var hashes = _authorised[signer];
        var id = string.Create(CultureInfo.InvariantCulture, $"request-{_items.Count}");
        var item = new WorkItem(id, signer, [.. places.Select(place => hashes[place])], ordinals);
        _items.Add(id, item);
        (_streamed.TryGetValue(signer, out var stream) ? stream : _unary).Enqueue(item);
    }
}
