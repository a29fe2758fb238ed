using System.Security.Cryptography;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Grpc.Streaming;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Processes;

/// <summary>SIGTERM to the real process in the middle of a stream, and the rest to the next process.</summary>
public sealed class BulkStopTests : IDisposable
{
    private const int Count = 10_000;
    private readonly Installation _installation = new();

    [Fact]
    public async Task What_a_stopped_stream_did_not_answer_is_signed_after_the_restart()
    {
        var prepared = await RemoteSigner.PrepareAsync(_installation);
        var hashes = RemoteSigner.RandomHashes(Count);
        string sad;
        int answered;
        using (var server = await ServeProcess.StartAsync(_installation))
        {
            using var signer = await RemoteSigner.SignInAsync(prepared, server.Ready!);
            sad = await signer.AuthorizeAsync(hashes);
            using var call = await StartAsync(server, signer, sad);
            var sending = call.SendAsync(Bulk.Items(hashes));
            var results = new List<Proto.SignHashResult>();
            while (results.Count < 100)
            {
                results.Add(await call.ResultAsync());
            }

            server.Terminate();
            var (rest, end) = await call.ReadAllAsync();
            results.AddRange(rest.Values);
            await Record.ExceptionAsync(() => sending);
            (await server.EndAsync()).Succeeded();

            answered = results.Count;
            Assert.InRange(answered, 100, Count - 1);
            Assert.Equal((answered, Bulk.IdOf(answered - 1)), (end!.ItemsAnswered, end.LastItemId));
            Verify(signer, results, hashes, first: 0);
        }

        Assert.Equal(answered, await CountAsync("signhash.intent"));
        Assert.Equal(answered, await CountAsync("signhash.done"));
        using (var server = await ServeProcess.StartAsync(_installation))
        {
            using var signer = await RemoteSigner.SignInAsync(prepared, server.Ready!);
            using var call = await StartAsync(server, signer, sad);
            var reading = call.ReadAllAsync();
            await call.SendAsync(Bulk.Items(hashes).Skip(answered));
            call.HalfClose();
            var (results, end) = await reading;
            Assert.Equal((0, null), (call.Code, end));
            Verify(signer, [.. results.Values], hashes, first: answered);
            server.Terminate();
            (await server.EndAsync()).Succeeded();
        }

        // 10,000 records are all that one page shows, and all that there are.
        Assert.Equal(Count, await CountAsync("signhash.done"));
        Assert.Equal(0, await CountAsync("signhash.released"));
    }

    public void Dispose() => _installation.Dispose();

    private static async Task<BulkCall> StartAsync(ServeProcess server, RemoteSigner signer, string sad)
    {
        var call = await BulkCall.StartAsync(new Uri(server.Ready!.Grpc), signer.Token);
        await call.SendAsync(new Proto.SignHashStreamRequest
        {
            Defaults = new() { CredentialId = signer.Credential, Sad = sad, SignAlgo = Bulk.Ecdsa },
        });
        return call;
    }

    /// <summary>A good signature for each item from the first on, without a gap.</summary>
    private static void Verify(
        RemoteSigner signer, List<Proto.SignHashResult> results, byte[][] hashes, int first)
    {
        using var key = signer.PublicKey();
        var signatures = results.ToDictionary(
            result => result.Id, result => Assert.Single(result.Signatures), StringComparer.Ordinal);
        for (var i = first; i < first + results.Count; i++)
        {
            Assert.True(
                key.VerifyHash(hashes[i], signatures[Bulk.IdOf(i)].Span, DSASignatureFormat.Rfc3279DerSequence));
        }
    }

    private async Task<int> CountAsync(string name)
        => (await _installation.JsonAsync($"audit show --limit 10000 --event {name}")).EnumerateArray()
            .Sum(record => Math.Max(record.GetProperty("count").GetInt32(), 1));
}
