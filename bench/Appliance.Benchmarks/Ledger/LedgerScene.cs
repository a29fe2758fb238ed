using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Benchmarks.Ledger;

/// <summary>A store with many activations of many hashes each, all authorised.</summary>
internal sealed class LedgerScene : IDisposable
{
    public const int ActivationCount = 128;
    private const int CredentialCount = 32;

    private readonly string _directory = Directory.CreateTempSubdirectory("appliance-bench-ledger-").FullName;
    private readonly Guid[] _activationIds = new Guid[ActivationCount];
    private readonly byte[][][] _hashes = new byte[ActivationCount][][];
    private readonly Guid[] _credentials = new Guid[CredentialCount];
    private readonly int _perActivation;

    private LedgerScene(int perActivation, PostgresOptions? postgres)
    {
        _perActivation = perActivation;
        Store = Store.Open(postgres is null
            ? new StoreOptions { Path = Path.Combine(_directory, "store.db") }
            : new StoreOptions { Postgres = postgres });
        Now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    }

    public Store Store { get; }

    public Activations Activations { get; private set; } = null!;

    public long Now { get; }

    public int Total => ActivationCount * _perActivation;

    public static async Task<LedgerScene> CreateAsync(int perActivation, PostgresOptions? postgres = null)
    {
        var scene = new LedgerScene(perActivation, postgres);
        await using var loop = scene.StartLoop();
        scene.Activations = await Activations.StartAsync(
            loop, RandomNumberGenerator.GetBytes(32), "bench", TimeProvider.System, CancellationToken.None);
        await loop.WriteAsync(scene.Fill, CancellationToken.None);
        return scene;
    }

    public CommitLoop StartLoop() => new(
        Store, new CommitLoopOptions(), TimeProvider.System, NullLogger<CommitLoop>.Instance);

    /// <summary>The n-th request: a hash never asked for before, activations in turn, hashes in no order.</summary>
    public ReservationRequest Request(int n)
    {
        var activation = n % ActivationCount;
        // 197 has no factor in common with the power of two of hashes, so every hash comes once.
        var hash = (int)((long)(n / ActivationCount) * 197 % _perActivation);
        var credential = _credentials[activation % CredentialCount];
        return new ReservationRequest(
            Guid.CreateVersion7(), _activationIds[activation], credential, 1, credential, Guid.Empty,
            [_hashes[activation][hash]], Now)
        {
            Metered = true,
        };
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private int Fill(StoreConnection connection)
    {
        for (var i = 0; i < CredentialCount; i++)
        {
            var id = _credentials[i] = Guid.CreateVersion7();
            connection.Signers.Insert(new SignerRow(id, $"user{i}", "User", null, SignerState.Active, Now));
            connection.Profiles.Insert(new ProfileRow(id, id, ProfileKind.Person, "User", Now));
            connection.Credentials.Insert(new CredentialRow(
                id, id, id, new byte[16], "key", 1, new byte[294], new byte[32], [new byte[900]],
                CredentialState.Enabled, 2, 10_000, "", 0, long.MaxValue, 1, Now));
            Activations.Packages.Grant(connection, id, 100_000_000, 0, long.MaxValue, Now);
        }

        for (var i = 0; i < ActivationCount; i++)
        {
            var id = _activationIds[i] = Guid.CreateVersion7();
            var credential = _credentials[i % CredentialCount];
            _hashes[i] = [.. Enumerable.Range(0, _perActivation).Select(_ => RandomNumberGenerator.GetBytes(32))];
            Activations.Open(connection, Activations.Prepare(new ActivationRequest(
                id, credential, credential, Guid.Empty, 2, _perActivation, _hashes[i], long.MaxValue, Now)));
        }

        return 0;
    }
}
