using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Appliance.Server.Tests.Processes;

/// <summary>A client application over REST, as one is written without any library of ours.</summary>
internal sealed class RestClient(string address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address) };

    public async Task<string> TokenAsync(string client, string secret)
    {
        using var answer = await FormAsync("/oauth2/token", client, secret, ("grant_type", "client_credentials"));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;
    }

    public async Task<int> RevokeAsync(string client, string secret, string token)
    {
        using var answer = await FormAsync("/oauth2/revoke", client, secret, ("token", token));
        return (int)answer.StatusCode;
    }

    public async Task<int> ListAsync(string token, string user)
        => (await CallAsync(token, "credentials/list", new { userID = user })).Status;

    public async Task<(int Status, JsonElement Json)> CallAsync(string token, string method, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/csc/v2/" + method)
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> FormAsync(
        string path, string client, string secret, (string Name, string Value) more)
    {
        using var form = new FormUrlEncodedContent(
        [
            new("client_id", client), new("client_secret", secret), new(more.Name, more.Value),
        ]);
        return await _http.PostAsync(path, form, TestContext.Current.CancellationToken);
    }
}
