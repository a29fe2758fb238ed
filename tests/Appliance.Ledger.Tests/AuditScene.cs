using System.Security.Cryptography;
using Appliance.Ledger.Tests.Stores;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Ledger.Tests;

/// <summary>A trail of a closed chain and a live one, with a seal after every ten records.</summary>
internal sealed class AuditScene : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private AuditScene(LedgerFixture ledger) => Ledger = ledger;

    public LedgerFixture Ledger { get; }

    /// <summary>What the token's key would refuse with; null while it signs.</summary>
    public string? KeyIsAway { get; set; }

    /// <summary>The chain of the run that has ended.</summary>
    public long Closed { get; private set; }

    /// <summary>The chain of the run that goes on.</summary>
    public long Live { get; private set; }

    public static async Task<AuditScene> StartAsync(TestStore place)
    {
        var scene = new AuditScene(await LedgerFixture.StartAsync(place));
        await scene.AppendAndSealAsync(3);
        scene.Closed = scene.LiveHeads().Single().Chain;
        await scene.Ledger.RestartAsync();
        await scene.AppendAndSealAsync(3);
        scene.Live = scene.LiveHeads().Single().Chain;
        return scene;
    }

    public async Task AppendAndSealAsync(int seals, int records = 10)
    {
        for (var seal = 0; seal < seals; seal++)
        {
            await AppendAsync(records);
            await SealAsync();
        }
    }

    public Task AppendAsync(int records) => Ledger.WriteAsync(store =>
    {
        for (var i = 0; i < records; i++)
        {
            AuditTrail.Append(store, new AuditRecord
            {
                At = Ledger.Now,
                Event = AuditEvent.LoginOk,
                SignerId = Ledger.Signer,
                CredentialId = Ledger.Credential,
                ActivationId = Ledger.Profile,
                ClientId = Ledger.Client,
                RequestId = Ledger.Signer,
                Count = i,
                Digest = new byte[32],
                Detail = "by the test",
                Actor = "ana",
            });
        }

        return true;
    });

    public AuditSealer NewSealer(LedgerNode? node = null, AuditSealerOptions? options = null) => new(
        (node ?? Ledger.Node).Loop,
        (hash, _) => KeyIsAway is { } reason
            ? throw new AuditSealException(reason)
            : ValueTask.FromResult(_key.SignHash(hash.Span, DSASignatureFormat.Rfc3279DerSequence)),
        options ?? new AuditSealerOptions { Interval = TimeSpan.Zero },
        Ledger.Time,
        NullLogger<AuditSealer>.Instance);

    public async Task<AuditSealRow> SealAsync(Func<ReadOnlyMemory<byte>, byte[]>? stamp = null)
    {
        await using var sealer = NewSealer(options: new AuditSealerOptions
        {
            Interval = TimeSpan.Zero,
            Timestamp = stamp is null ? null : (digest, _) => ValueTask.FromResult(stamp(digest)),
        });
        return await sealer.SealAsync(TestContext.Current.CancellationToken);
    }

    public IReadOnlyList<AuditHead> LiveHeads()
        => [.. Ledger.Store.Writers.Select(writer => writer.Audit.Head).OfType<AuditHead>()];

    /// <summary>Verifies by the store alone, or with what the running server knows.</summary>
    public AuditReport Verify(
        bool live = false,
        (long Number, ReadOnlyMemory<byte> Hash)? remembered = null,
        int page = 7,
        Func<AuditSealRow, string?>? stamps = null)
        => AuditVerification.Run(
            Ledger.Store,
            new AuditVerificationOptions
            {
                VerifySignature = (hash, signature) => _key.VerifyHash(
                    hash.Span, signature.Span, DSASignatureFormat.Rfc3279DerSequence),
                VerifyTimestamp = stamps,
                Live = live ? LiveHeads() : [],
                Remembered = remembered,
                Page = page,
            },
            TimeProvider.System,
            TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        _key.Dispose();
    }
}
