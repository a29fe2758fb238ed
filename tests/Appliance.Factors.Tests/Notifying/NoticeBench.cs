using System.Collections.Concurrent;
using System.Security.Cryptography;
using Appliance.Storage;
using Appliance.Tests.Shared.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Factors.Tests.Notifying;

/// <summary>An outbox in a real store, a clock that the test moves, and nodes that deliver from it.</summary>
internal sealed class NoticeBench : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("notices-");
    private readonly List<IAsyncDisposable> _nodes = [];
    private readonly string? _postgres;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public NoticeBench(bool postgres = false)
    {
        _postgres = postgres ? PostgresCluster.Shared.CreateDatabase() : null;
        Store = OpenStore();
        Notices = new Notices(_key, Time);
    }

    public static CancellationToken Test => TestContext.Current.CancellationToken;

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 7, TimeSpan.Zero));

    public Store Store { get; }

    public Notices Notices { get; }

    public NoticeTemplates Templates { get; }
        = NoticeTemplates.Load("Semnare", "https://portal.example/{purpose}#{token}", null);

    /// <summary>What was written into the audit trail, oldest first.</summary>
    public ConcurrentQueue<NoticeReport> Reports { get; } = new();

    public NotifierOptions Options { get; set; } = new() { Poll = TimeSpan.FromHours(1) };

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>A node of its own: on PostgreSQL with a store of its own.</summary>
    /// <param name="way">Where everything goes.</param>
    /// <param name="write">How it writes; null for as usual.</param>
    /// <param name="templates">Its texts; null for the usual ones.</param>
    public Notifier Node(NoticeTransport way, StoreWrite? write = null, NoticeTemplates? templates = null)
        => Node(new Dictionary<NoticeChannel, NoticeTransport>
        {
            [NoticeChannel.Email] = way,
            [NoticeChannel.Sms] = way,
        }, write, templates);

    public Notifier Node(
        IReadOnlyDictionary<NoticeChannel, NoticeTransport> ways,
        StoreWrite? write = null,
        NoticeTemplates? templates = null)
    {
        var store = _postgres is null || _nodes.Count == 0 ? Store : OpenStore();
        var notifier = new Notifier(
            store,
            write ?? WriterOf(store),
            Notices,
            templates ?? Templates,
            ways,
            Options,
            (_, report) => Reports.Enqueue(report),
            Time,
            NullLogger<Notifier>.Instance);
        _nodes.Add(notifier);
        if (!ReferenceEquals(store, Store))
        {
            _nodes.Add(new Closing(store));
        }

        return notifier;
    }

    public static StoreWrite WriterOf(Store store)
        => (work, cancellationToken) => Task.Run(() => Commit(store, work), cancellationToken);

    /// <summary>
    /// One transaction at a time on a store's writer, as a commit loop does: nodes and tests share it.
    /// </summary>
    public static void Commit(Store store, Action<StoreConnection> work)
    {
        lock (store.Writer)
        {
            CommitAlone(store, work);
        }
    }

    private static void CommitAlone(Store store, Action<StoreConnection> work)
    {
        while (true)
        {
            try
            {
                store.Writer.Begin();
                work(store.Writer);
                store.Writer.Commit();
                return;
            }
            catch (StoreException error) when (error.Failure == StoreFailure.Conflict)
            {
                store.Writer.Rollback();
            }
            catch
            {
                store.Writer.Rollback();
                throw;
            }
        }
    }

    /// <summary>Enqueues a code by SMS.</summary>
    public void Enqueue(Guid signer, string code, TimeSpan? life = null)
        => Enqueue(new Notice(
            signer,
            NoticeKind.PairingCode,
            NoticeChannel.Sms,
            "+40721123456",
            "en",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = code },
            life is { } some ? (Time.GetUtcNow() + some).ToUnixTimeMilliseconds() : null));

    public void Enqueue(Notice notice) => Commit(Store, connection => Notices.Enqueue(connection, notice));

    public long Waiting() => Store.Read(connection => connection.Notices.ReadBacklog()).Waiting;

    /// <summary>Begins what is due and waits for its end.</summary>
    public static async Task<int> StepAsync(Notifier node)
    {
        var begun = await node.StepAsync(Test);
        await Task.WhenAll(node.Running());
        return begun;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        Store.Dispose();
        _directory.Delete(recursive: true);
    }

    private Store OpenStore() => Store.Open(_postgres is null
        ? new StoreOptions { Path = PathOf("store.db"), TimeProvider = Time }
        : new StoreOptions
        {
            Postgres = new PostgresOptions { ConnectionString = _postgres },
            TimeProvider = Time,
        });

    private sealed class Closing(Store store) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            store.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
