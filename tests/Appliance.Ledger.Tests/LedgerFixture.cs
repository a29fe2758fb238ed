using System.Security.Cryptography;
using Appliance.Ledger.Tests.Stores;
using Appliance.Storage;

namespace Appliance.Ledger.Tests;

/// <summary>A store with one signer and one credential, and a node of the ledger over it.</summary>
internal sealed class LedgerFixture : IAsyncDisposable
{
    private readonly TestStore _place;
    private readonly byte[] _rowKey = RandomNumberGenerator.GetBytes(32);

    private LedgerFixture(TestStore place) => _place = place;

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero));

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public Guid Signer { get; } = NewId();

    public Guid Profile { get; } = NewId();

    public Guid Credential { get; } = NewId();

    public Guid Client { get; } = NewId();

    public LedgerNode Node { get; private set; } = null!;

    public Store Store => Node.Store;

    public Activations Activations => Node.Activations;

    public CommitLoop Loop => Node.Loop;

    public LogLines Log => Node.Log;

    /// <summary>The file of a SQLite store.</summary>
    public string StorePath => ((SqliteTestStore)_place).Path;

    /// <summary>One over SQLite.</summary>
    public static Task<LedgerFixture> StartAsync(CommitLoopOptions? options = null)
        => StartAsync(new SqliteTestStore(), options);

    /// <summary>One over the store of this place, which it disposes.</summary>
    public static async Task<LedgerFixture> StartAsync(TestStore place, CommitLoopOptions? options = null)
    {
        var ledger = new LedgerFixture(place);
        ledger.Node = await ledger.StartNodeAsync("node", options);
        await ledger.WriteAsync(ledger.AddCredential);
        return ledger;
    }

    public static Guid NewId() => Guid.CreateVersion7();

    public static byte[][] Hashes(int count)
        => [.. Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetBytes(32))];

    public ActivationRequest Grant(IReadOnlyList<byte[]> hashes, int? total = null, int scal = 2) => new(
        NewId(), Credential, Signer, Client, scal, total ?? hashes.Count, hashes, Now + 300_000, Now);

    public async Task<Guid> OpenAsync(ActivationRequest grant)
    {
        var activation = Activations.Prepare(grant);
        await WriteAsync(connection =>
        {
            Activations.Open(connection, activation);
            return 0;
        });
        return activation.Id;
    }

    public Task<Guid> OpenAsync(IReadOnlyList<byte[]> hashes, int? total = null, int scal = 2)
        => OpenAsync(Grant(hashes, total, scal));

    /// <summary>Carries an activation over to one with other hashes, or gives it a longer life.</summary>
    public async Task<(ExtendResult Result, Guid Extended)> ExtendAsync(
        Guid old,
        ActivationRequest grant,
        ExtensionPolicy policy = ExtensionPolicy.Nested,
        long version = 1,
        long sadExpiresAt = 0,
        long lifetime = 3_600_000)
    {
        var extension = Activations.Prepare(grant);
        var rules = new ExtensionRules(policy, version, sadExpiresAt, lifetime);
        var result = await WriteAsync(c => Activations.Extend(c, old, extension, rules));
        return (result, extension.Id);
    }

    public ReservationRequest Request(Guid activation, params IReadOnlyList<byte[]> hashes)
        => new(NewId(), activation, Credential, 1, Signer, Client, hashes, Now);

    public Task<(ReservationStatus Status, Reservation Reservation)> ReserveAsync(ReservationRequest request)
        => Node.ReserveAsync(request);

    public async Task<ReservationStatus> TryReserveAsync(Guid activation, params IReadOnlyList<byte[]> hashes)
        => (await ReserveAsync(Request(activation, hashes))).Status;

    /// <summary>Settles and waits until that is stored.</summary>
    public Task SettleAsync(
        Reservation reservation, ReservationOutcome outcome, IReadOnlyList<byte[]>? signatures = null)
        => Node.SettleAsync(reservation, outcome, Now, signatures);

    /// <summary>Writes in a transaction of the commit loop.</summary>
    public async Task<T> WriteAsync<T>(Func<StoreConnection, T> write)
        => await Loop.WriteAsync(write, TestContext.Current.CancellationToken);

    public ActivationTally Tally(Guid? activation = null) => Store.Read(c => c.Activations.Tally(activation));

    /// <summary>What is left of an activation.</summary>
    public int Remaining(Guid activation) => Store.Read(c => c.Activations.Find(activation)!.Remaining);

    public IReadOnlyList<AuditEntry> Audit(AuditEvent? only = null) => Store.Read(c => AuditTrail.Read(
        c, new AuditQuery { OldestFirst = true, Event = only, Limit = 10_000 }));

    public IReadOnlyList<AuditEntry> Read(AuditQuery query) => Store.Read(c => AuditTrail.Read(c, query));

    /// <inheritdoc cref="TestStore.Edit"/>
    public void Edit(string sql) => _place.Edit(sql);

    /// <summary>Another node over the same store, where nodes share one; the caller disposes it.</summary>
    public Task<LedgerNode> StartNodeAsync(string name, CommitLoopOptions? options = null)
        => StartNodeAsync(new LeaseOptions { Node = name }, options);

    /// <inheritdoc cref="StartNodeAsync(string, CommitLoopOptions?)"/>
    public Task<LedgerNode> StartNodeAsync(
        LeaseOptions lease, CommitLoopOptions? options = null, TimeProvider? time = null)
        => LedgerNode.StartAsync(_place, _rowKey, lease, time ?? Time, options);

    /// <summary>Ends this run as a crash would, as far as the ledger sees, and begins another.</summary>
    public async Task RestartAsync(CommitLoopOptions? options = null)
    {
        await Node.DisposeAsync();
        Node = await StartNodeAsync("node", options);
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _place.Dispose();
    }

    private Guid AddCredential(StoreConnection connection)
    {
        connection.Signers.Insert(new SignerRow(Signer, "user", "User", null, SignerState.Active, 1));
        connection.Profiles.Insert(new ProfileRow(Profile, Signer, ProfileKind.Person, "User", 1));
        connection.Credentials.Insert(new CredentialRow(
            Credential, Profile, Signer, [1], "key", 1, [2], [3], [], CredentialState.Enabled, 2, 10_000, "", 0,
            Now + 1_000_000_000, 1, 1));
        connection.Clients.Insert(new ClientRow(
            Client, "portal", ClientState.Active, null, ClientOperations.All, ClientReach.All, 0, 1, 0, 1, 1, [4]));
        return Credential;
    }
}
