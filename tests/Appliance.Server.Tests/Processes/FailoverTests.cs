using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>
/// The short form of load/failover.sh: two slots, each hosted in a process of its own in front of a token that can be
/// killed.
/// </summary>
public sealed class FailoverTests
{
    private const int Callers = 4;
    private const int HashesPerCaller = 2_500;

    [Fact]
    public async Task What_is_behind_a_slot_is_killed_three_times_and_no_call_fails()
    {
        Assert.SkipUnless(
            File.Exists("/usr/bin/p11-kit") && File.Exists("/usr/bin/pkcs11-tool"),
            "p11-kit is not here: apt-get install p11-kit p11-kit-modules opensc");
        await using var fixture = new TwoSlotFixture();
        await fixture.StartAsync();
        using var signer = await RemoteSigner.SignInAsync(
            fixture.Signer, fixture.Ready, new GrpcRetryPolicy { MaxAttempts = 1 });
        var hashes = RemoteSigner.RandomHashes(Callers * HashesPerCaller);
        var sad = await signer.AuthorizeAsync(hashes);
        using var stop = new CancellationTokenSource();
        var callers = hashes.Chunk(HashesPerCaller).Select(own => CallAsync(signer, sad, own, stop.Token)).ToList();

        for (var kill = 0; kill < 3; kill++)
        {
            var backend = fixture.Backends[kill % 2];
            await TwoSlotFixture.RunAsync(backend, "kill");
            await fixture.AwaitAsync(backend.Text("slot"), ready: false);
            await TwoSlotFixture.RunAsync(backend, "restart");
            await fixture.AwaitAsync(backend.Text("slot"), ready: true);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(callers), signed => Assert.True(signed > 0));
    }

    /// <summary>One call after the other; one that fails ends the test.</summary>
    private static async Task<int> CallAsync(RemoteSigner signer, string sad, byte[][] hashes, CancellationToken stop)
    {
        // At this pace the hashes last for minutes, and the tokens have room to spare.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var signed = 0;
        foreach (var hash in hashes)
        {
            Assert.Single(await signer.SignAsync(sad, hash));
            signed++;
            if (stop.IsCancellationRequested || !await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            {
                break;
            }
        }

        return signed;
    }
}
