using System.Globalization;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>How soon the real process is ready, how much memory it takes, and who else may have its store.</summary>
public sealed class FootprintTests : IDisposable
{
    private const long Most = 150_000_000;

    private readonly Installation _installation = new();

    [Fact]
    public async Task Ready_within_2_seconds_and_below_150_MB_after_10_000_signatures()
    {
        // As with the start: what else runs on these processors delays collections, never the other way round.
        var resident = long.MaxValue;
        for (var attempt = 0; attempt < 3 && resident > Most; attempt++)
        {
            resident = Math.Min(resident, await SignTenThousandAsync());
        }

        Assert.InRange(resident, 0, Most);
    }

    [Fact]
    public async Task A_second_server_is_refused_and_told_whose_the_store_is()
    {
        await _installation.SetUpAsync();
        using var server = await ServeProcess.StartAsync(_installation);

        (await _installation.RunAsync("serve")).Failed(server.Id.ToString(CultureInfo.InvariantCulture));

        server.Terminate();
        (await server.EndAsync()).Succeeded();
    }

    public void Dispose() => _installation.Dispose();

    /// <returns>Resident bytes of a new server after 10,000 signatures.</returns>
    private static async Task<long> SignTenThousandAsync()
    {
        using var installation = new Installation();
        var prepared = await RemoteSigner.PrepareAsync(installation);
        using var server = await StartWithinAsync(installation, TimeSpan.FromSeconds(2), attempts: 3);
        using var signer = await RemoteSigner.SignInAsync(prepared, server.Ready!);
        var hashes = RemoteSigner.RandomHashes(10_000);
        var sad = await signer.AuthorizeAsync(hashes);

        // Half one by one, half by the hundred; 32 calls in flight.
        var calls = hashes[..5_000].Chunk(1).Concat(hashes[5_000..].Chunk(100));
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = 32,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        var signatures = 0;
        await Parallel.ForEachAsync(calls, options, async (call, _) =>
            Interlocked.Add(ref signatures, (await signer.SignAsync(sad, call)).Count));

        Assert.Equal(10_000, signatures);
        var resident = server.ResidentBytes();
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Ready after {server.ReadyAfter.TotalMilliseconds:F0} ms; resident {resident / 1e6:F0} MB."));
        server.Terminate();
        (await server.EndAsync()).Succeeded();
        return resident;
    }

    /// <summary>Other tests use the same processors: the best of a few starts tells what a start takes.</summary>
    private static async Task<ServeProcess> StartWithinAsync(
        Installation installation, TimeSpan limit, int attempts)
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = await ServeProcess.StartAsync(installation);
            if (server.ReadyAfter <= limit || attempt == attempts)
            {
                Assert.InRange(server.ReadyAfter, TimeSpan.Zero, limit);
                return server;
            }

            server.Terminate();
            (await server.EndAsync()).Succeeded();
            server.Dispose();
        }
    }
}
