using System.Globalization;
using Appliance.Pkcs11;

namespace Appliance.Benchmarks.Wrapped;

/// <summary>
/// What it costs that the store keeps the keys: the same signatures by a key of the token and by wrapped ones that are
/// there, by turns in one run; by wrapped ones that must be unwrapped first; and with credentials read from a store.
/// </summary>
internal static class WrappedCost
{
    private const int Rounds = 15;
    private const int PerRound = 6_000;
    private const int MissesPerRound = 1_500;

    public static void Print(string path, int credentials, int keys)
    {
        using var scene = new WrappedScene(path, credentials, keys);
        Console.WriteLine("| keys | dispatch | signatures/s | to a key of the token | unwrapped | MB resident |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        foreach (var dispatch in Enum.GetValues<SlotDispatch>())
        {
            CompareHits(scene, dispatch);
        }

        PrintMisses(scene);
        PrintStore(scene);
    }

    /// <summary>Every key is there: what is left is finding and pinning it.</summary>
    private static void CompareHits(WrappedScene scene, SlotDispatch dispatch)
    {
        using var group = scene.Group(dispatch, cache: scene.Keys.Count);
        scene.Sign(group, scene.Keys.Count, scene.EachInTurn);
        var before = group.Slots[0].Unwraps;
        var (tokens, hits) = (new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            // Either comes first by turns, so that a drift of the machine hits both alike.
            var first = scene.Sign(group, PerRound, round % 2 == 0 ? scene.OfTheToken : scene.AnyOf);
            var second = scene.Sign(group, PerRound, round % 2 == 0 ? scene.AnyOf : scene.OfTheToken);
            if (round >= 0)
            {
                (round % 2 == 0 ? tokens : hits).Add(first);
                (round % 2 == 0 ? hits : tokens).Add(second);
            }
        }

        var ratio = Median(hits.Zip(tokens, (hit, token) => hit / token));
        Say("of the token", dispatch, Median(tokens), 1, 0);
        Say($"{scene.Keys.Count} wrapped, all there", dispatch, Median(hits), ratio, group.Slots[0].Unwraps - before);
    }

    /// <summary>One place for 200 keys: nearly every signature needs an unwrapping, and destroys another.</summary>
    private static void PrintMisses(WrappedScene scene)
    {
        foreach (var dispatch in Enum.GetValues<SlotDispatch>())
        {
            using var group = scene.Group(dispatch, cache: Math.Max(1, scene.Keys.Count / 200));
            scene.Sign(group, MissesPerRound, scene.EachInTurn);
            var (tokens, misses) = (new List<double>(), new List<double>());
            var before = group.Slots[0].Unwraps;
            for (var round = 0; round < Rounds / 3; round++)
            {
                tokens.Add(scene.Sign(group, MissesPerRound, scene.OfTheToken));
                misses.Add(scene.Sign(group, MissesPerRound, scene.EachInTurn));
            }

            var ratio = Median(misses.Zip(tokens, (miss, token) => miss / token));
            var unwraps = group.Slots[0].Unwraps - before;
            Say($"{scene.Keys.Count} wrapped, none there", dispatch, Median(misses), ratio, unwraps);
        }
    }

    /// <summary>As the appliance comes by them: a credential at random of all in the store, and its key.</summary>
    private static void PrintStore(WrappedScene scene)
    {
        using var group = scene.Group(SlotDispatch.Workers, cache: scene.Keys.Count);
        scene.Sign(group, scene.Keys.Count, scene.EachInTurn);
        var rates = new List<double>();
        for (var round = 0; round < Rounds / 3; round++)
        {
            rates.Add(scene.SignFromStore(group, PerRound));
        }

        Say($"of {scene.Credentials} credentials in the store", SlotDispatch.Workers, Median(rates), 0, 0);
    }

    private static void Say(string what, SlotDispatch dispatch, double rate, double ratio, long unwraps)
    {
        var compared = ratio == 0 ? "" : ratio.ToString("F2", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {dispatch} | {rate:F0} | {compared} | {unwraps} | {Environment.WorkingSet / 1_000_000} |"));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
