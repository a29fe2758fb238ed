using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Processes;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>A token that was ended on one node is refused by the others, which had it in memory, at once.</summary>
public sealed class ClusterTokenTests
{
    private const int Rounds = 40;

    [Fact]
    public async Task Whatever_ends_a_token_on_one_node_ends_it_on_the_other_before_it_is_answered()
    {
        using var cluster = await ApplianceCluster.StartAsync(PostgresCluster.Shared, 2);
        for (var round = 0; round < Rounds; round++)
        {
            using var here = await RemoteSigner.SignInAsync(cluster.AnyHash, cluster.Nodes[round % 2].Ready!);
            using var there = here.At(cluster.Nodes[(round + 1) % 2].Ready!);
            Assert.Equal(GrpcStatusCode.Ok, await ListAsync(here));
            Assert.Equal(GrpcStatusCode.Ok, await ListAsync(there));
            Assert.Equal(GrpcStatusCode.Ok, await ListAsync(there));

            await here.RevokeAsync();

            Assert.Equal(GrpcStatusCode.Unauthenticated, await ListAsync(there));
            Assert.Equal(GrpcStatusCode.Unauthenticated, await ListAsync(here));
        }

        await ClientsAsync(cluster);
    }

    /// <summary>The same for a client application, ended by its own request and by commands.</summary>
    private static async Task ClientsAsync(ApplianceCluster cluster)
    {
        var created = await cluster.First.JsonAsync("client create --client portal --reach all");
        var id = created.Text("id");
        var secret = (await cluster.First.JsonAsync("client secret add --client portal")).Text("secret");
        using var a = new RestClient(cluster.Nodes[0].Ready!.Rest);
        using var b = new RestClient(cluster.Nodes[1].Ready!.Rest);
        for (var round = 0; round < Rounds; round++)
        {
            var token = await a.TokenAsync(id, secret);
            Assert.Equal(200, await b.ListAsync(token, "any"));
            Assert.Equal(200, await b.ListAsync(token, "any"));
            Assert.Equal(204, await a.RevokeAsync(id, secret, token));
            Assert.Equal(401, await b.ListAsync(token, "any"));
        }

        for (var round = 0; round < 3; round++)
        {
            var token = await b.TokenAsync(id, secret);
            Assert.Equal(200, await b.ListAsync(token, "any"));
            (await cluster.First.RunAsync("client suspend --client portal")).Succeeded();
            Assert.Equal(401, await b.ListAsync(token, "any"));
            (await cluster.First.RunAsync("client resume --client portal")).Succeeded();
        }

        var last = await b.TokenAsync(id, secret);
        Assert.Equal(200, await b.ListAsync(last, "any"));
        (await cluster.First.RunAsync("client set --client portal --operations sign")).Succeeded();
        Assert.Equal(403, await b.ListAsync(last, "any"));
    }

    private static async Task<GrpcStatusCode> ListAsync(RemoteSigner signer)
    {
        try
        {
            await signer.ListAsync();
            return GrpcStatusCode.Ok;
        }
        catch (GrpcStatusException refusal)
        {
            return refusal.Code;
        }
    }
}
