using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Benchmarks.Ledger;

/// <summary>A credential with bulk activations of one size.</summary>
internal sealed class SizeScene(Store store, CommitLoop loop, Activations activations, int size)
{
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly StagedActivations _staged = new(store, loop, activations);
    private readonly List<StagedOwner> _owners = [];
    private byte[][] _hashes = [];

    public Store Store => store;

    public Activations Activations => activations;

    public long Now { get; } = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public int Count => _hashes.Length;

    public async Task FillAsync(int count)
    {
        _hashes = [.. Enumerable.Range(0, count * size).Select(_ => RandomNumberGenerator.GetBytes(32))];
        await loop.WriteAsync(AddCredential, CancellationToken.None);
        for (var i = 0; i < count; i++)
        {
            var owner = new StagedOwner(Guid.CreateVersion7(), _id, Guid.Empty);
            _owners.Add(owner);
            var request = new StagedRequest(owner.ActivationId, _id, _id, Guid.Empty, size, long.MaxValue, Now);
            await loop.WriteAsync(c => _staged.Begin(c, request, int.MaxValue), CancellationToken.None);
            for (var first = 0; first < size; first += StagedActivations.MostHashesInChunk)
            {
                var most = Math.Min(StagedActivations.MostHashesInChunk, size - first);
                var from = (i * size) + first;
                var chunk = _staged.Prepare(owner, first, _hashes[from..(from + most)]);
                Check(await _staged.FillAsync(chunk, () => Now, CancellationToken.None));
            }
        }
    }

    public async Task OpenAsync()
    {
        for (var i = 0; i < _owners.Count; i++)
        {
            var owner = _owners[i];
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var hash in _hashes.AsSpan(i * size, size))
            {
                digest.AppendData(hash);
            }

            Check(_staged.Verify(owner, size, 32, digest.GetHashAndReset(), Now, CancellationToken.None));
            Check(await loop.WriteAsync(c => _staged.Open(c, owner, long.MaxValue, Now), CancellationToken.None));
        }
    }

    /// <summary>The n-th request, in no order.</summary>
    public ReservationRequest Request(int n)
    {
        var at = (int)((long)n * 7_919 % Count);
        return new ReservationRequest(
            Guid.CreateVersion7(), _owners[at / size].ActivationId, _id, 1, _id, Guid.Empty, [_hashes[at]], Now)
        {
            Metered = true,
        };
    }

    private int AddCredential(StoreConnection connection)
    {
        connection.Signers.Insert(new SignerRow(_id, "user", "User", null, SignerState.Active, Now));
        connection.Profiles.Insert(new ProfileRow(_id, _id, ProfileKind.Organisation, "User", Now));
        connection.Credentials.Insert(new CredentialRow(
            _id, _id, _id, new byte[16], "key", 1, new byte[294], new byte[32], [new byte[900]],
            CredentialState.Enabled, 2, 1_000_000, "", 0, long.MaxValue, 1, Now));
        activations.Packages.Grant(connection, _id, 100_000_000, 0, long.MaxValue, Now);
        return 0;
    }

    private static void Check(StagingStatus status)
    {
        if (status != StagingStatus.Ok)
        {
            throw new InvalidOperationException($"A bulk activation ended as {status}.");
        }
    }
}
