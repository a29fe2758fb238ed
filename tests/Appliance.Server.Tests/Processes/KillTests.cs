using System.Globalization;
using System.Security.Cryptography;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>
/// SIGKILL to the real process with calls in flight, a new one at its address, and a client that goes on by itself: its
/// retries are safe because each request carries an id.
/// </summary>
public sealed class KillTests : IDisposable
{
    private const int Count = 4_000;
    private const int Callers = 64;
    private const int AnsweredBeforeKill = 200;
    private static readonly GrpcRetryPolicy s_patient = new()
    {
        MaxAttempts = 1_000,
        MaxBackoff = TimeSpan.FromMilliseconds(200),
    };

    private readonly Installation _installation = new();

    [Fact]
    public async Task A_client_whose_server_is_killed_gets_each_signature_once_or_is_told_that_it_is_in_doubt()
    {
        var prepared = await RemoteSigner.PrepareAsync(_installation);
        var hashes = RemoteSigner.RandomHashes(Count);
        using var first = await ServeProcess.StartAsync(_installation);
        using var signer = await RemoteSigner.SignInAsync(prepared, first.Ready!, s_patient);
        var sad = await signer.AuthorizeAsync(hashes);
        _installation.WriteConfiguration(
            _installation.Token, _installation.PathOf("pin"), first.Ready!.Rest, first.Ready.Grpc);

        var answers = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = SignAllAsync();
        await enough.Task;
        first.Kill();
        await first.EndAsync();
        Assert.False(calls.IsCompleted);
        using var second = await ServeProcess.StartAsync(_installation);
        var results = await calls;
        var again = await SignAllAsync();

        using var key = signer.PublicKey();
        for (var i = 0; i < Count; i++)
        {
            // The answer does not wait until its record is durable: the kill may have come in between.
            Assert.True(again[i] is null || again[i].AsSpan().SequenceEqual(results[i]));
            Assert.True(
                results[i] is not { } signature
                || key.VerifyHash(hashes[i], signature, DSASignatureFormat.Rfc3279DerSequence));
        }

        second.Terminate();
        (await second.EndAsync()).Succeeded();
        var doubts = again.Count(result => result is null);
        Assert.Equal(Count, await CountAsync("signhash.intent"));
        Assert.Equal(Count - doubts, await CountAsync("signhash.done"));
        Assert.Equal(doubts, await CountAsync("signhash.spent"));
        Assert.InRange(await CountAsync("signhash.redelivered"), Count - doubts, 2 * Count);

        async Task<byte[]?[]> SignAllAsync()
        {
            var signatures = new byte[]?[Count];
            var options = new ParallelOptions { MaxDegreeOfParallelism = Callers };
            await Parallel.ForAsync(0, Count, options, async (i, _) =>
            {
                signatures[i] = await SignAsync(i);
                if (Interlocked.Increment(ref answers) == AnsweredBeforeKill)
                {
                    enough.SetResult();
                }
            });
            return signatures;
        }

        // Null: in doubt.
        async Task<byte[]?> SignAsync(int i)
        {
            try
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"kill/{i}");
                return (await signer.SignAsync(id, sad, hashes[i])).Single();
            }
            catch (GrpcStatusException error) when (error.Code == GrpcStatusCode.Aborted)
            {
                Assert.Equal("outcome_in_doubt", error.Error!.Reason);
                return null;
            }
        }
    }

    public void Dispose() => _installation.Dispose();

    private async Task<int> CountAsync(string name)
        => (await _installation.JsonAsync($"audit show --limit 10000 --event {name}")).GetArrayLength();
}
