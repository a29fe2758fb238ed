using System.Net.Http.Json;
using System.Text.Json;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>
/// Two processes over one PostgreSQL: asked at one, decided at the other. Whoever approves gives a code, so that a
/// signer decides what it asked for itself.
/// </summary>
public sealed class ClusterApprovalTests
{
    private const string Hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Fact]
    public async Task What_is_asked_at_one_node_is_decided_at_the_other_once()
    {
        using var cluster = await ApplianceCluster.StartAsync(
            PostgresCluster.Shared, 2, "--set", "Approval:AskForCode=true", "--set", "Approval:WaitSeconds=60");
        using var here = Client(cluster, 0);
        using var there = Client(cluster, 1);
        var first = cluster.Approvers[0];
        await SignInAsync(here, first);

        // Asked here, approved there, told here and there alike.
        var (handle, id) = await AskAsync(here, there, first);
        Assert.Equal((202, handle), Handle(await CheckAsync(there, first, handle)));
        var approved = await PostAsync(
            there, "/approvals/v1/approve", first, $$"""{"approvalID":"{{id}}","OTP":"{{Code(first)}}"}""");
        Assert.Equal((200, """{"state":"approved"}"""), approved);
        var sad = Sad(await CheckAsync(here, first, handle));
        Assert.Equal(sad, Sad(await CheckAsync(there, first, handle)));
        var signed = await PostAsync(
            there,
            "/csc/v2/signatures/signHash",
            first,
            $$"""
            {"credentialID":"{{first.Credentials[0]}}","SAD":"{{sad}}","hashes":["{{Hash}}"],
            "signAlgo":"1.2.840.10045.4.3.2"}
            """);
        Assert.Equal(200, signed.Status);

        // Version 1 waits here and is told what was decided there.
        var waiting = PostAsync(
            here,
            "/csc/v1/credentials/authorize",
            first,
            $$"""{"credentialID":"{{first.Credentials[0]}}","numSignatures":1,"hash":["{{Hash}}"]}""");
        id = await PendingAsync(there, first);
        var denied = await PostAsync(there, "/approvals/v1/deny", first, $$"""{"approvalID":"{{id}}"}""");
        Assert.Equal(200, denied.Status);
        Assert.Contains("The signer did not approve\"", (await waiting).Body, StringComparison.Ordinal);

        await RaceAsync(cluster, here, there);
    }

    private static async Task RaceAsync(ApplianceCluster cluster, HttpClient here, HttpClient there)
    {
        var second = cluster.Approvers[1];
        await SignInAsync(here, second);
        var (handle, id) = await AskAsync(here, there, second);
        var body = $$"""{"approvalID":"{{id}}","OTP":"{{Code(second)}}"}""";
        var decisions = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => PostAsync(
            i % 2 == 0 ? here : there, $"/approvals/v1/{(i % 4 < 2 ? "approve" : "deny")}", second, body)));

        var made = Assert.Single(decisions, decision => decision.Status == 200);
        Assert.Equal(31, decisions.Count(decision => decision.Status == 409));
        var told = await CheckAsync(here, second, handle);
        Assert.Equal(told, await CheckAsync(there, second, handle));
        Assert.Equal(made.Body.Contains("approved", StringComparison.Ordinal) ? 200 : 400, told.Status);
        var opened = cluster.Postgres.Execute(
            cluster.Database, $"SELECT count(*) FROM activation WHERE credential_id = '{second.Credentials[0]}'");
        Assert.Equal(told.Status == 200 ? "1" : "0", opened);
        Assert.Equal("0", cluster.Postgres.Execute(
            cluster.Database, $"SELECT wrong_codes FROM factor WHERE signer_id = '{second.Id}'"));
    }

    private static HttpClient Client(ApplianceCluster cluster, int node)
        => new() { BaseAddress = new Uri(cluster.Nodes[node].Ready!.Rest) };

    private static string Code(TestSigner signer) => OneTime.Code(signer.Secret, TimeProvider.System.GetUtcNow());

    private static async Task SignInAsync(HttpClient client, TestSigner signer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/csc/v2/auth/login")
        {
            Headers = { Authorization = signer.Basic },
            Content = JsonContent.Create(new { }),
        };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        signer.Token = JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;
    }

    private static async Task<(string Handle, string Id)> AskAsync(HttpClient here, HttpClient there, TestSigner signer)
    {
        var (status, handle) = Handle(await PostAsync(
            here,
            "/csc/v2/credentials/authorize",
            signer,
            $$"""
            {"credentialID":"{{signer.Credentials[0]}}","numSignatures":1,"hashes":["{{Hash}}"],
            "hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","authData":[]}
            """));
        Assert.Equal(202, status);
        return (handle, await PendingAsync(there, signer));
    }

    private static async Task<string> PendingAsync(HttpClient client, TestSigner signer)
    {
        while (true)
        {
            var list = await PostAsync(client, "/approvals/v1/list", signer, "{}");
            var waiting = JsonDocument.Parse(list.Body).RootElement.GetProperty("approvals");
            if (waiting.GetArrayLength() > 0)
            {
                return waiting[0].GetProperty("approvalID").GetString()!;
            }
        }
    }

    private static Task<(int Status, string Body)> CheckAsync(HttpClient client, TestSigner signer, string handle)
        => PostAsync(client, "/csc/v2/credentials/authorizeCheck", signer, $$"""{"handle":"{{handle}}"}""");

    private static (int Status, string Handle) Handle((int Status, string Body) answer)
        => (answer.Status, JsonDocument.Parse(answer.Body).RootElement.GetProperty("handle").GetString()!);

    private static string Sad((int Status, string Body) answer)
    {
        Assert.Equal(200, answer.Status);
        return JsonDocument.Parse(answer.Body).RootElement.GetProperty("SAD").GetString()!;
    }

    private static async Task<(int Status, string Body)> PostAsync(
        HttpClient client, string path, TestSigner signer, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Headers = { Authorization = new("Bearer", signer.Token) },
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text);
    }
}
