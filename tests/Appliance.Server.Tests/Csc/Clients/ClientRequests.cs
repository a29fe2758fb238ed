using System.Text.Json;
using Appliance.Identity;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Csc.Clients;

/// <summary>Client applications of a running appliance.</summary>
internal static class ClientRequests
{
    public static ClientDirectory Directory(this RunningAppliance appliance)
        => new(appliance.Ledger, appliance.Composition.Clients, appliance.Time, appliance.Parts.Tokens, "test");

    /// <summary>A new client that has asked for a token, over REST.</summary>
    public static async Task<TestClient> AddClientAsync(
        this RunningAppliance appliance, ClientOrder? order = null, params IEnumerable<string> credentials)
    {
        var stopped = TestContext.Current.CancellationToken;
        var directory = appliance.Directory();
        var client = await directory.CreateAsync($"c-{Guid.NewGuid():N}", order ?? new ClientOrder(), stopped);
        var (_, secret) = await new ClientSecrets(directory, appliance.Time)
            .AddSecretAsync(client.Id, TimeSpan.FromDays(2), stopped);
        foreach (var credential in credentials)
        {
            await directory.AddCredentialAsync(client.Id, Guid.Parse(credential), stopped);
        }

        return new TestClient(client.Id, secret, await appliance.TokenAsync(client.Id, secret));
    }

    public static async Task<string> TokenAsync(this RunningAppliance appliance, Guid client, string secret)
        => (await appliance.FormAsync("/oauth2/token", new(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client.ToString("D"),
            ["client_secret"] = secret,
        })).Json.GetProperty("access_token").GetString()!;

    public static async Task<RestAnswer> FormAsync(
        this RunningAppliance appliance, string path, Dictionary<string, string> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(form),
        };
        return await appliance.SendAsync(request);
    }

    public static Task<RestAnswer> PostAsync(
        this RunningAppliance appliance, TestClient client, string path, object body)
        => appliance.PostAsync(path, JsonSerializer.Serialize(body), client.Bearer);

    public static Task StopAsync(this RunningAppliance appliance, TestClient client, ClientState state)
        => appliance.Directory().SetStateAsync(client.Id, state, TestContext.Current.CancellationToken);
}
