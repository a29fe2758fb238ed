using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>SIGTERM to the real process while it works.</summary>
public sealed class StopTests : IDisposable
{
    private readonly Installation _installation = new();

    [Fact]
    public async Task A_call_in_flight_is_finished_before_the_process_ends()
    {
        var prepared = await RemoteSigner.PrepareAsync(_installation);
        using var server = await ServeProcess.StartAsync(_installation);
        using var signer = await RemoteSigner.SignInAsync(prepared, server.Ready!);
        var hash = RemoteSigner.RandomHashes(1)[0];
        var sad = await signer.AuthorizeAsync([hash]);
        using var http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });
        using var body = new HeldContent(signer.SignBody(sad, hash));
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Ready!.Rest + "/csc/v2/signatures/signHash");
        request.Headers.ExpectContinue = true;
        request.Headers.Authorization = new("Bearer", signer.Token);
        request.Content = body;

        var call = http.SendAsync(request, TestContext.Current.CancellationToken);
        await body.Asked;
        server.Terminate();
        await NoNewWorkAsync(server.Ready.Rest);
        body.Send();
        using var answer = await call;

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var signed = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var signature = signed.RootElement.GetProperty("signatures")[0].GetBytesFromBase64();
        using var key = signer.PublicKey();
        Assert.True(key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence));
        (await server.EndAsync()).Succeeded();
        Assert.Equal(1, await CountAsync("signhash.done"));
        Assert.Equal(1, await CountAsync("node.stopped"));
    }

    [Fact]
    public async Task Under_load_every_signature_that_was_made_is_answered()
    {
        var prepared = await RemoteSigner.PrepareAsync(_installation);
        using var server = await ServeProcess.StartAsync(_installation);
        using var signer = await RemoteSigner.SignInAsync(prepared, server.Ready!);
        var hashes = RemoteSigner.RandomHashes(10_000);
        var sad = await signer.AuthorizeAsync(hashes);
        int next = -1, answered = 0;

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SignUntilRefusedAsync()));
        (await server.EndAsync()).Succeeded();

        Assert.InRange(answered, 100, hashes.Length - 1);
        Assert.Equal(answered, await CountAsync("signhash.intent"));
        Assert.Equal(answered, await CountAsync("signhash.done"));

        async Task SignUntilRefusedAsync()
        {
            while (Interlocked.Increment(ref next) is var mine && mine < hashes.Length)
            {
                try
                {
                    await signer.SignAsync(sad, hashes[mine]);
                }
                catch (GrpcStatusException refusal)
                {
                    Assert.Equal(GrpcStatusCode.Unavailable, refusal.Code);
                    return;
                }

                if (Interlocked.Increment(ref answered) == 100)
                {
                    server.Terminate();
                }
            }
        }
    }

    public void Dispose() => _installation.Dispose();

    /// <summary>Returns when the server says that it stops, or takes no connection any more.</summary>
    private static async Task NoNewWorkAsync(string rest)
    {
        using var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });
        HttpStatusCode? health;
        do
        {
            try
            {
                using var answer = await http.GetAsync(rest + "/healthz/ready", TestContext.Current.CancellationToken);
                health = answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                health = null;
            }
        }
        while (health == HttpStatusCode.OK);
    }

    /// <summary>The sum of the counts of an event's records, of which a record without a number is one.</summary>
    private async Task<int> CountAsync(string name)
        => (await _installation.JsonAsync($"audit show --limit 10000 --event {name}")).EnumerateArray()
            .Sum(record => Math.Max(record.GetProperty("count").GetInt32(), 1));
}
