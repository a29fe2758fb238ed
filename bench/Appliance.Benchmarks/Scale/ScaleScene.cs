using System.Globalization;
using System.Security.Cryptography;
using Appliance.Benchmarks.Ledger;
using Appliance.Ledger;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Benchmarks.Scale;

/// <summary>
/// A store, full or empty, and rounds of reserving and consuming in it. Each round has activations of its own, each of
/// another credential, drawn from all there are.
/// </summary>
internal sealed class ScaleScene : IAsyncDisposable
{
    public const int ActivationCount = 8_192;
    public const int Callers = 64;
    private const int PerActivation = 8;

    private readonly Random _random = new(1);
    private readonly Store _store;
    private readonly CommitLoop _loop;
    private readonly Activations _activations;
    private readonly int _credentials;
    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private ScaleScene(Store store, CommitLoop loop, Activations activations, int credentials)
    {
        _store = store;
        _loop = loop;
        _activations = activations;
        _credentials = credentials;
    }

    public static async Task<ScaleScene> OpenAsync(string path, int credentials)
    {
        var store = Store.Open(new StoreOptions { Path = path });
        var loop = new CommitLoop(
            store, new CommitLoopOptions(), TimeProvider.System, NullLogger<CommitLoop>.Instance);
        var activations = await Activations.StartAsync(
            loop, RandomNumberGenerator.GetBytes(32), "scale", TimeProvider.System, CancellationToken.None);
        return new ScaleScene(store, loop, activations, credentials);
    }

    /// <summary>Adds the credentials of a store that has none.</summary>
    public ValueTask<int> AddCredentialsAsync() => _loop.WriteAsync(
        connection =>
        {
            for (var number = 0; number < _credentials; number++)
            {
                StoreFill.AddCredential(connection, number);
            }

            return 0;
        },
        CancellationToken.None);

    /// <param name="signersAtATime">
    /// How many activations are in use at a time, each for one hash after the other: as many as callers in good order,
    /// all of them at worst.
    /// </param>
    public async Task<ScaleRow> RunAsync(int signersAtATime)
    {
        var drawn = new HashSet<int>();
        while (drawn.Count < ActivationCount)
        {
            drawn.Add(_random.Next(_credentials));
        }

        var grants = drawn.Select(Grant).ToArray();
        await _loop.WriteAsync(connection => Open(connection, grants), CancellationToken.None);
        var waits = new double[ActivationCount * PerActivation];
        var commits = _loop.Commits;
        var (read, written) = BytesMoved();
        var cpu = Environment.CpuUsage.TotalTime;
        var start = TimeProvider.System.GetTimestamp();
        await LedgerCallers.RunAsync(_loop, _activations, Callers, n => Request(grants, n, signersAtATime), waits);
        var wall = TimeProvider.System.GetElapsedTime(start);
        var cpuUs = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / waits.Length;
        var (readAfter, writtenAfter) = BytesMoved();
        Array.Sort(waits);
        return new ScaleRow(
            waits.Length / wall.TotalSeconds,
            cpuUs,
            (_loop.Commits - commits) / wall.TotalSeconds,
            (readAfter - read) / 1000.0 / waits.Length,
            (writtenAfter - written) / 1000.0 / waits.Length,
            waits[waits.Length / 2],
            waits[waits.Length * 99 / 100]);
    }

    public async ValueTask DisposeAsync()
    {
        await _activations.DisposeAsync();
        await _loop.DisposeAsync();
        _store.Dispose();
    }

    /// <summary>Bytes that this process has read and written by system calls (proc(5), rchar and wchar).</summary>
    private static (long Read, long Written) BytesMoved()
    {
        var lines = File.ReadAllLines("/proc/self/io");
        return (
            long.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture),
            long.Parse(lines[1].Split(' ')[1], CultureInfo.InvariantCulture));
    }

    private ActivationRequest Grant(int number) => new(
        Guid.CreateVersion7(), FillIds.Credential(number), FillIds.Signer(number), Guid.Empty, 2, PerActivation,
        [.. Enumerable.Range(0, PerActivation).Select(_ => RandomNumberGenerator.GetBytes(32))], long.MaxValue, _now);

    private int Open(StoreConnection connection, ActivationRequest[] grants)
    {
        foreach (var grant in grants)
        {
            _activations.Open(connection, _activations.Prepare(grant));
        }

        return 0;
    }

    private ReservationRequest Request(ActivationRequest[] grants, int n, int signersAtATime)
    {
        var (group, within) = Math.DivRem(n, signersAtATime * PerActivation);
        var (hash, signer) = Math.DivRem(within, signersAtATime);
        ref readonly var grant = ref grants[(group * signersAtATime) + signer];
        return new ReservationRequest(
            Guid.CreateVersion7(), grant.ActivationId, grant.CredentialId, 1, grant.SignerId, Guid.Empty,
            [grant.Hashes[hash]], _now);
    }
}
