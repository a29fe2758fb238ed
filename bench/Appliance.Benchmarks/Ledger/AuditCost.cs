using System.Globalization;
using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Benchmarks.Ledger;

/// <summary>How fast a large audit trail is verified, alone and beside a writer, and what the writer feels of
/// it.</summary>
internal static class AuditCost
{
    private const int Batch = 10_000;
    private const int BatchesPerSeal = 20;
    private const int WriterBatch = 64;
    private const int Rounds = 3;

    public static async Task Print(int records, PostgresOptions? postgres)
    {
        var directory = Directory.CreateTempSubdirectory("appliance-bench-audit-").FullName;
        try
        {
            using var store = Store.Open(postgres is null
                ? new StoreOptions { Path = Path.Combine(directory, "store.db") }
                : new StoreOptions { Postgres = postgres });
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await using var loop = new CommitLoop(
                store, new CommitLoopOptions(), TimeProvider.System, NullLogger<CommitLoop>.Instance);
            await FillAsync(loop, key, records);
            var before = Environment.CpuUsage.TotalTime;
            var alone = Enumerable.Range(0, Rounds).Select(_ => Verify(store, key)).ToList();
            var cpu = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Rounds / records;
            var quiet = await WriteAsync(loop, Task.Delay(TimeSpan.FromSeconds(5)));
            var beside = Task.Run(() => Verify(store, key));
            var busy = await WriteAsync(loop, beside);
            var rate = await beside;
            Console.WriteLine("| records | verified a second, alone | processor us a record "
                + "| beside a writer | commit us p50, quiet | p99 | max "
                + "| beside it p50 | p99 | max |");
            Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
            var rates = alone.Select(one => one.ToString("F0", CultureInfo.InvariantCulture));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {records} | {string.Join(", ", rates)} "
                + $"| {cpu:F2} | {rate:F0} | {quiet.P50:F0} | {quiet.P99:F0} | {quiet.Max:F0} "
                + $"| {busy.P50:F0} | {busy.P99:F0} | {busy.Max:F0} |"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task FillAsync(CommitLoop loop, ECDsa key, int records)
    {
        await using var sealer = new AuditSealer(
            loop,
            (hash, _) => ValueTask.FromResult(key.SignHash(hash.Span, DSASignatureFormat.Rfc3279DerSequence)),
            new AuditSealerOptions { Interval = TimeSpan.Zero },
            TimeProvider.System,
            NullLogger<AuditSealer>.Instance);
        for (var batch = 0; batch < records / Batch; batch++)
        {
            await loop.WriteAsync(store => Append(store, Batch), Batch, CancellationToken.None);
            if (batch % BatchesPerSeal == 0)
            {
                await sealer.SealAsync(CancellationToken.None);
            }
        }
    }

    private static bool Append(StoreConnection store, int count)
    {
        var (signer, credential) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var digest = new byte[32];
        for (var i = 0; i < count; i++)
        {
            AuditTrail.Append(store, new AuditRecord
            {
                At = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
                Event = i % 2 == 0 ? AuditEvent.SignHashIntent : AuditEvent.SignHashDone,
                SignerId = signer,
                CredentialId = credential,
                ActivationId = credential,
                ClientId = signer,
                RequestId = signer,
                Count = 1,
                Digest = digest,
            });
        }

        return true;
    }

    private static double Verify(Store store, ECDsa key)
    {
        var report = AuditVerification.Run(
            store,
            new AuditVerificationOptions
            {
                VerifySignature = (hash, signature) => key.VerifyHash(
                    hash.Span, signature.Span, DSASignatureFormat.Rfc3279DerSequence),
            },
            TimeProvider.System,
            CancellationToken.None);
        return report.IsSound
            ? report.Records / report.Elapsed.TotalSeconds
            : throw new InvalidOperationException(report.Findings[0].Text);
    }

    private static async Task<(double P50, double P99, double Max)> WriteAsync(CommitLoop loop, Task until)
    {
        var waits = new List<double>();
        while (!until.IsCompleted)
        {
            var start = TimeProvider.System.GetTimestamp();
            await loop.WriteAsync(static store => Append(store, WriterBatch), CancellationToken.None);
            waits.Add(TimeProvider.System.GetElapsedTime(start).TotalMicroseconds);
        }

        waits.Sort();
        return (waits[waits.Count / 2], waits[waits.Count * 99 / 100], waits[^1]);
    }
}
