using Appliance.Grpc.Client;
using Appliance.Server.Tests.Processes;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>A signer is limited by a command at one node while it signs at two.</summary>
public sealed class ClusterLimitTests
{
    [Fact]
    public async Task An_open_sad_is_refused_at_its_next_use_on_every_node_and_stays_void()
    {
        using var cluster = await ApplianceCluster.StartAsync(PostgresCluster.Shared, nodes: 2);
        using var signer = await RemoteSigner.SignInAsync(cluster.AnyHash, cluster.Nodes[0].Ready!);
        using var other = signer.At(cluster.Nodes[1].Ready!);
        var sad = await signer.AuthorizeAsync(100, []);
        Assert.Single(await signer.SignAsync(sad, RemoteSigner.RandomHashes(1)));
        Assert.Single(await other.SignAsync(sad, RemoteSigner.RandomHashes(1)));

        var limited = await cluster.First.JsonAsync("signer limit any");

        Assert.Equal(1, limited.GetProperty("activations").GetInt32());
        await RefusedAsync(signer, sad);
        await RefusedAsync(other, sad);
        (await cluster.First.RunAsync("signer restore any")).Succeeded();
        await RefusedAsync(signer, sad);
        await RefusedAsync(other, sad);
    }

    private static async Task RefusedAsync(RemoteSigner at, string sad)
    {
        var refused = await Assert.ThrowsAsync<GrpcStatusException>(
            () => at.SignAsync(sad, RemoteSigner.RandomHashes(1)));
        Assert.True(
            refused.Code is GrpcStatusCode.FailedPrecondition or GrpcStatusCode.PermissionDenied
                or GrpcStatusCode.Unauthenticated,
            refused.Message);
    }
}
