using System.Security.Cryptography;
using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Ledger.Tests;

/// <summary>A store with one signer and one credential, a ledger over it, and a commit loop.</summary>
internal sealed class LedgerFixture : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("appliance-ledger-").FullName;
    private readonly byte[] _rowKey = RandomNumberGenerator.GetBytes(32);

    private LedgerFixture(CommitLoopOptions? options)
    {
        Store = Open();
        Loop = NewLoop(options);
    }

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero));

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public Guid Signer { get; } = NewId();

    public Guid Profile { get; } = NewId();

    public Guid Credential { get; } = NewId();

    public Guid Client { get; } = NewId();

    public Store Store { get; private set; }

    public Activations Activations { get; private set; } = null!;

    public CommitLoop Loop { get; private set; }

    public LogLines Log { get; } = new();

    public string StorePath => Path.Combine(_directory, "store.db");

    public static async Task<LedgerFixture> StartAsync(CommitLoopOptions? options = null)
    {
        var ledger = new LedgerFixture(options);
        await ledger.BeginAsync();
        await ledger.Loop.WriteAsync(ledger.AddCredential, TestContext.Current.CancellationToken);
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
        await Loop.WriteAsync(
            connection =>
            {
                Activations.Open(connection, activation);
                return 0;
            },
            TestContext.Current.CancellationToken);
        return activation.Id;
    }

    public Task<Guid> OpenAsync(IReadOnlyList<byte[]> hashes, int? total = null, int scal = 2)
        => OpenAsync(Grant(hashes, total, scal));

    public ReservationRequest Request(Guid activation, params IReadOnlyList<byte[]> hashes)
        => new(NewId(), activation, Credential, 1, Signer, Client, hashes, Now);

    public async Task<(ReservationStatus Status, Reservation Reservation)> ReserveAsync(ReservationRequest request)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reservation = new Reservation(Activations, _ => done.SetResult(), _ => settled.TrySetResult())
        {
            State = settled,
        };
        reservation.Prepare(request);
        Assert.True(Loop.TryEnqueue(reservation));
        await done.Task;
        return (reservation.Status, reservation);
    }

    public async Task<ReservationStatus> TryReserveAsync(Guid activation, params IReadOnlyList<byte[]> hashes)
        => (await ReserveAsync(Request(activation, hashes))).Status;

    /// <summary>Settles and waits until that is stored.</summary>
    public Task SettleAsync(Reservation reservation, ReservationOutcome outcome)
    {
        reservation.Settle(Loop, outcome, Now);
        return ((TaskCompletionSource)reservation.State!).Task;
    }

    public ActivationTally Tally(Guid? activation = null) => Store.Read(c => c.Activations.Tally(activation));

    public IReadOnlyList<AuditEntry> Audit(AuditEvent? only = null) => Store.Read(c => AuditTrail.Read(
        c, new AuditQuery { OldestFirst = true, Event = only, Limit = 10_000 }));

    /// <summary>Changes the database behind the ledger's back, as somebody with access to the file would.</summary>
    public void Edit(string sql)
    {
        using var database = Database.Open(StorePath, readOnly: false);
        database.Execute(sql);
    }

    /// <summary>Ends this run as a crash would, as far as the ledger sees, and begins another.</summary>
    public async Task RestartAsync(CommitLoopOptions? options = null)
    {
        await Loop.DisposeAsync();
        Store.Dispose();
        Store = Open();
        Loop = NewLoop(options);
        await BeginAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Loop.DisposeAsync();
        Store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Store Open() => Store.Open(new StoreOptions { Path = StorePath, TimeProvider = Time });

    private CommitLoop NewLoop(CommitLoopOptions? options) => new(
        Store, options ?? new CommitLoopOptions(), TimeProvider.System, Log);

    private async Task BeginAsync() => Activations = await Activations.StartAsync(
        Loop, _rowKey, "node", Time, TestContext.Current.CancellationToken);

    private Guid AddCredential(StoreConnection connection)
    {
        connection.Signers.Insert(new SignerRow(Signer, "user", "User", null, SignerState.Active, 1));
        connection.Profiles.Insert(new ProfileRow(Profile, Signer, ProfileKind.Person, "User", 1));
        connection.Credentials.Insert(new CredentialRow(
            Credential, Profile, Signer, [1], "key", 1, [2], [3], [], CredentialState.Enabled, 2, 10_000, "", 0,
            Now + 1_000_000_000, 1, 1));
        return Credential;
    }
}
