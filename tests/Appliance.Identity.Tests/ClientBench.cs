using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

/// <summary>Identity over a real store, with client applications.</summary>
internal sealed class ClientBench : IAsyncDisposable
{
    public const string Audience = "https://sign.example.com/oauth2/token";

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public ClientBench()
    {
        Rows = new ClientRows(_key);
        Access = new ClientAccess(Base.Store, Rows);
        Tokens = new AccessTokens(Base.Store, Base.Time, clients: Rows, access: Access);
        Directory = new ClientDirectory(Base.Commits, Rows, Base.Time, Tokens, "admin");
        Secrets = new ClientSecrets(Directory, Base.Time);
        Service = new ClientAuthentication(
            Base.Store, Base.Commits, Rows, Tokens, new ClientOptions { Audiences = [Audience] }, Base.Time);
    }

    public static CancellationToken Test => TestContext.Current.CancellationToken;

    public IdentityBench Base { get; } = new();

    public ClientRows Rows { get; }

    public ClientAccess Access { get; }

    public AccessTokens Tokens { get; }

    public ClientDirectory Directory { get; }

    public ClientSecrets Secrets { get; }

    public ClientAuthentication Service { get; }

    public ValueTask DisposeAsync() => Base.DisposeAsync();

    public Task<ClientRow> AddAsync(string name = "portal", ClientOrder? order = null)
        => Directory.CreateAsync(name, order ?? new ClientOrder(), Test);

    /// <summary>A client with a secret.</summary>
    public async Task<(ClientRow Client, string Secret)> AddWithSecretAsync(ClientOrder? order = null)
    {
        var client = await AddAsync(order: order);
        var (_, secret) = await Secrets.AddSecretAsync(client.Id, TimeSpan.FromDays(1), Test);
        return (client, secret);
    }

    public Task<ClientTokenResult> IssueAsync(Guid client, string secret)
        => Service.IssueAsync(new ClientProof { ClientId = client, Secret = secret }, Test);

    public Task<ClientTokenResult> IssueAsync(string assertion, Guid? client = null)
        => Service.IssueAsync(new ClientProof { ClientId = client, Assertion = assertion }, Test);

    public async Task<string> TokenAsync(Guid client, string secret)
    {
        var result = await IssueAsync(client, secret);
        Assert.Equal(ClientAuthenticationStatus.Ok, result.Status);
        return result.AccessToken;
    }

    /// <summary>The claims of an assertion that is as it should be.</summary>
    public Dictionary<string, object> Claims(Guid client) => new(StringComparer.Ordinal)
    {
        ["iss"] = client.ToString("D"),
        ["sub"] = client.ToString("D"),
        ["aud"] = Audience,
        ["exp"] = Base.Time.GetUtcNow().ToUnixTimeSeconds() + 60,
        ["jti"] = Guid.NewGuid().ToString("N"),
    };

    /// <summary>A JWT, made by hand.</summary>
    public static string Jwt(object header, object claims, Func<byte[], byte[]> sign)
    {
        var content = Part(header) + "." + Part(claims);
        return content + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(content)));
    }

    public static string Part(object value)
        => Base64Url.EncodeToString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value));

    public int Tables(Func<StoreConnection, int> count) => Base.Store.Read(count);
}
