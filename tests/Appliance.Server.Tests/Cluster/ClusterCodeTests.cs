using System.Collections.Concurrent;
using System.Text;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Processes;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>Codes tried at four processes over one PostgreSQL at the same time.</summary>
public sealed class ClusterCodeTests
{
    private const int Nodes = 4;
    private const int Tries = 100;

    [Fact]
    public async Task Of_100_wrong_codes_at_once_over_four_processes_five_are_compared()
    {
        using var cluster = await ApplianceCluster.StartAsync(PostgresCluster.Shared, Nodes);
        using var signer = await RemoteSigner.SignInAsync(cluster.BoundHash, cluster.Nodes[0].Ready!);
        using var rest = new HttpClient { DefaultRequestHeaders = { { "Authorization", "Bearer " + signer.Token } } };

        // A code that was sent: the row counts what was compared, the trail has every try.
        Assert.Equal((200, ""), await PostAsync(rest, cluster, 0, "/factors/v1/send", "{}"));
        var sent = await RaceAsync(rest, cluster, "/factors/v1/confirm", _ => """{"code":"no code"}""");
        Assert.Equal(4, sent.Count(answer => answer.Error == "The code is invalid"));
        Assert.Equal(Tries - 4, sent.Count(answer => answer.Error == "The code is void after too many wrong tries"));
        Assert.Equal("5|2", cluster.Postgres.Execute(cluster.Database, "SELECT tries, state FROM one_time_code"));
        Assert.Equal(
            "Pairing: JustVoid|1\nPairing: Void|95\nPairing: Wrong|4",
            cluster.Postgres.Execute(
                cluster.Database,
                "SELECT detail, count(*) FROM audit WHERE event = 'code.refused' GROUP BY detail ORDER BY detail"));

        // The authenticator's.
        var codes = await RaceAsync(rest, cluster, "/csc/v1/credentials/authorize", _ => Authorization(signer, "000"));
        Assert.Equal(4, codes.Count(answer => answer.Error == "The OTP is invalid"));
        Assert.Equal(Tries - 4, codes.Count(answer => answer.Error == "OTP locked"));
        Assert.Equal("5|2", cluster.Postgres.Execute(
            cluster.Database,
            $"SELECT wrong_codes, state FROM factor WHERE signer_id = '{cluster.BoundHash.Id:D}'"));
        Assert.Equal("1|1", cluster.Postgres.Execute(
            cluster.Database,
            "SELECT (SELECT count(*) FROM audit WHERE event = 'factor.locked'), "
            + "(SELECT count(*) FROM one_time_link)"));
    }

    [Fact]
    public async Task Of_one_code_on_8_connections_over_four_processes_one_is_accepted()
    {
        using var cluster = await ApplianceCluster.StartAsync(PostgresCluster.Shared, Nodes);
        using var signer = await RemoteSigner.SignInAsync(cluster.BoundHash, cluster.Nodes[0].Ready!);
        using var rest = new HttpClient { DefaultRequestHeaders = { { "Authorization", "Bearer " + signer.Token } } };
        var code = OneTime.Code(cluster.BoundHash.Secret, TimeProvider.System.GetUtcNow().AddSeconds(1));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PostAsync(
            rest, cluster, i % Nodes, "/csc/v1/credentials/authorize", Authorization(signer, code))));

        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.Equal(1, answers.Length - answers.Count(answer => answer.Status == 400));
    }

    private static string Authorization(RemoteSigner signer, string code) => $$"""
        {"credentialID":"{{signer.Credential}}","numSignatures":1,"hash":["{{Convert.ToBase64String(new byte[32])}}"],
        "OTP":"{{code}}"}
        """;

    private static async Task<IReadOnlyCollection<(int Status, string Error)>> RaceAsync(
        HttpClient rest, ApplianceCluster cluster, string path, Func<int, string> body)
    {
        var answers = new ConcurrentBag<(int, string)>();
        await Task.WhenAll(Enumerable.Range(0, Tries).Select(async i
            => answers.Add(await PostAsync(rest, cluster, i % Nodes, path, body(i)))));
        return answers;
    }

    private static async Task<(int Status, string Error)> PostAsync(
        HttpClient rest, ApplianceCluster cluster, int node, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await rest.PostAsync(
            new Uri(new Uri(cluster.Nodes[node].Ready!.Rest), path), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var json = System.Text.Json.JsonDocument.Parse(text);
        return (
            (int)response.StatusCode,
            json.RootElement.TryGetProperty("error_description", out var error) ? error.GetString()! : "");
    }
}
