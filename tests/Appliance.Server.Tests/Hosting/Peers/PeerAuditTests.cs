using System.Net;
using Appliance.Ledger;
using Appliance.Server.Hosting.Peers;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>False claims are counted without end and recorded within bounds.</summary>
public sealed class PeerAuditTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peer-audit-").FullName;
    private readonly SetTime _time = new(TimeProvider.System.GetUtcNow());
    private readonly Store _store;
    private readonly CommitLoop _loop;

    public PeerAuditTests()
    {
        _store = Store.Open(new StoreOptions { TimeProvider = _time, Path = Path.Combine(_directory, "store.db") });
        _loop = new CommitLoop(_store, new CommitLoopOptions(), _time, NullLogger<CommitLoop>.Instance);
    }

    [Fact]
    public async Task A_flood_from_many_addresses_leaves_a_bounded_number_of_records_and_no_claim_is_lost()
    {
        const int Addresses = 5_000;
        await using (var audit = new PeerAudit(_loop, _time, NullLogger.Instance))
        {
            for (var i = 0; i < Addresses; i++)
            {
                audit.Note(new IPAddress([10, 1, (byte)(i / 256), (byte)(i % 256)]), PeerClaims.Certificate);
                audit.Note(new IPAddress([10, 1, (byte)(i / 256), (byte)(i % 256)]), PeerClaims.Preface);
            }
        }

        var records = Read();
        Assert.InRange(records.Count, PeerAudit.MostAddresses, 2 * PeerAudit.MostAddresses);
        Assert.Equal(2 * Addresses, records.Sum(record => record.Count));
        Assert.Contains(records, record => record.Detail!.EndsWith("from other addresses", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_address_is_recorded_at_once_and_then_once_a_minute()
    {
        await using var audit = new PeerAudit(_loop, _time, NullLogger.Instance);
        audit.Note(IPAddress.Parse("2001:db8::1"), PeerClaims.Preface);
        await WaitAsync(records => records == 1);
        for (var i = 2; i < 50; i++)
        {
            audit.Note(IPAddress.Parse($"2001:db8::{i}"), PeerClaims.Certificate);
        }

        // Another's record shows that nothing of this one is due yet.
        audit.Note(IPAddress.Parse("192.0.2.7"), PeerClaims.Forwarded);
        await WaitAsync(records => records == 2);
        _time.Advance(TimeSpan.FromSeconds(61));
        _time.RingPeriodic();
        await WaitAsync(records => records == 3);

        Assert.Equal(
            ["1 PROXY header from 2001:db8::/64", "1 Forwarded from 192.0.2.7", "48 Client-Cert from 2001:db8::/64"],
            Read().Select(record => $"{record.Count} {record.Detail}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private List<AuditRecord> Read() => [.. _store.Read(connection => AuditTrail.Read(
        connection, new AuditQuery { Event = AuditEvent.PeerHeaderDropped, OldestFirst = true, Limit = 10_000 }))
        .Select(entry => entry.Record)];

    /// <summary>Each look is a commit of its own, so that it cannot overtake what is being written for ever.</summary>
    private async Task WaitAsync(Func<int, bool> isThere)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        while (!isThere(Read().Count))
        {
            await _loop.WriteAsync(static _ => true, timeout.Token);
        }
    }
}
