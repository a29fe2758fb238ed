using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Storage;
using Appliance.Timestamping.Tests.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Timestamping.Tests.Issuing;

/// <summary>An authority over a real token and a real store, with clocks that the test sets.</summary>
internal sealed class Authorities : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public Authorities(SoftHsm hsm, SlotDispatch dispatch = SlotDispatch.Workers, int queue = 1_000)
    {
        var name = $"service {Guid.NewGuid():N}";
        var id = Guid.NewGuid().ToByteArray();
        var info = hsm.Token.GenerateKeyPair(KeyAlgorithm.EcP256, id, name);
        Certificate = Authority.Issue(info, name);
        Watch = Clocks.Watch(new ClockWatchOptions
        {
            AssertedUntil = SetClocks.Beginning.AddYears(1),
            Servers = [new SntpServer("a")],
        });
        Unit = new TimestampUnit(
            UnitScene.Options(verifyOneIn: 1), new KeyReference(id, name, info), [Certificate], Watch);
        Watch.Check();
        Metrics = new TimestampMetrics(Watch, [Unit]);
        Store = Store.Open(new StoreOptions { Path = _directory.File("store.db") });
        Ledger = new CommitLoop(
            Store, new CommitLoopOptions { QueueLimit = queue }, Clocks, NullLogger<CommitLoop>.Instance);
        Slots = new SlotGroup([hsm.Token], new SlotGroupOptions { Sessions = 2, Dispatch = dispatch });
        Service = new TimestampService([Unit], Ledger, Slots, () => MayDispatch, Clocks, Metrics);
    }

    public SetClocks Clocks { get; } = new();

    public ClockWatch Watch { get; }

    public TimestampMetrics Metrics { get; }

    public System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate { get; }

    public TimestampUnit Unit { get; }

    public Store Store { get; }

    public CommitLoop Ledger { get; }

    public SlotGroup Slots { get; }

    public TimestampService Service { get; }

    public bool MayDispatch { get; set; } = true;

    public ValueTask<StampResult> StampAsync(byte[] request, TimestampTerms? terms = null)
        => Service.StampAsync(new StampCall(Unit, request, Terms: terms));

    /// <summary>Holds the commit loop up until <paramref name="leave"/> is set; returns once it stands.</summary>
    public Task BlockLedger(ManualResetEventSlim entered, ManualResetEventSlim leave)
    {
        var blocking = Ledger.WriteAsync(
            _ =>
            {
                entered.Set();
                leave.Wait(TestContext.Current.CancellationToken);
                return 0;
            },
            TestContext.Current.CancellationToken);
        entered.Wait(TestContext.Current.CancellationToken);
        return blocking.AsTask();
    }

    /// <summary>The records of an event, oldest first; what is on its way into the store is in it.</summary>
    public async Task<IReadOnlyList<AuditRecord>> RecordsAsync(AuditEvent happened)
    {
        // What settles has places of its own, and is behind what waits.
        while (true)
        {
            try
            {
                await Ledger.WriteAsync(_ => 0, TestContext.Current.CancellationToken);
                break;
            }
            catch (LedgerOverloadedException)
            {
                await Task.Yield();
            }
        }

        return
        [
            .. Store.Read(connection => AuditTrail.Read(
                    connection, new AuditQuery { Event = happened, OldestFirst = true, Limit = 10_000 }))
                .Select(entry => entry.Record),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        Slots.Dispose();
        await Ledger.DisposeAsync();
        Store.Dispose();
        Unit.Dispose();
        await Watch.DisposeAsync();
        Metrics.Dispose();
        _directory.Dispose();
    }
}
