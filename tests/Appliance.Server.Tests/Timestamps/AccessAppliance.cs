using System.Net.Http.Headers;
using Appliance.Ledger;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Hosting;
using Appliance.Signing.Provisioning;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>
/// A running authority with a unit for each way to be let in: p256 is open, `clients` wants a token,
/// `paid` a transaction too, and `keyless` a token, whose key a test may destroy.
/// </summary>
public sealed class AccessAppliance : IAsyncLifetime
{
    private readonly List<KeyValuePair<string, string?>> _settings =
    [
        new("Timestamping:Units:paid:RequireTransaction", "true"),
        new("Timestamping:Default", "p256"),
    ];

    public AccessAppliance()
        => Tsa = new TsaAppliance
        {
            Settings = _settings,
            Prepare = async installation =>
            {
                foreach (var name in new[] { "clients", "paid", "keyless" })
                {
                    var (_, setting) = await TsaAppliance.CreateUnitAsync(installation, name, "P-256");
                    _settings.Add(setting);
                    _settings.Add(new($"Timestamping:Units:{name}:Access", "clients"));
                }
            },
        };

    internal TsaAppliance Tsa { get; }

    internal RunningAppliance Appliance => Tsa.Appliance;

    public ValueTask InitializeAsync() => Tsa.InitializeAsync();

    public ValueTask DisposeAsync() => Tsa.DisposeAsync();

    /// <summary>POST /tsa/UNIT with a token, or none.</summary>
    internal async Task<RestAnswer> AskAsync(
        string unit, string? token, byte[] imprint, string? credential = null, string query = "")
    {
        if (credential is not null)
        {
            query = "?credentialID=" + credential;
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, $"/tsa/{unit}{query}")
        {
            Content = new ByteArrayContent(TsaAppliance.Request(imprint)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        message.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await Appliance.SendAsync(message);
    }

    /// <summary>As many transactions for a credential, by the clocks of signatures and of stamps.</summary>
    internal Task GrantAsync(string credential, int count) => Appliance.Composition.CreatePackages("test").GrantAsync(
        Guid.Parse(credential),
        new PackageGrant(count, TimeProvider.System.GetUtcNow().AddDays(-1)),
        TestContext.Current.CancellationToken);

    /// <summary>What is left of a credential's package, once all that was settled is stored.</summary>
    internal async Task<int> LeftOfAsync(string credential)
    {
        await FlushAsync();
        return Appliance.Composition.Store.Read(
            c => c.Packages.TryFindActive(Guid.Parse(credential), out var row) ? row.Remaining : -1);
    }

    /// <summary>Time stamps of a client that are counted today, once all that was settled is stored.</summary>
    internal async Task<int> UsedOfAsync(TestClient client)
    {
        await FlushAsync();
        return Appliance.Composition.Store.Read(c => c.TimestampQuotas.Find(client.Id))?.Used ?? 0;
    }

    /// <summary>How often a key was going to be used for a time stamp.</summary>
    internal int Intents() => Appliance.Audit(AuditEvent.TimestampIntent, 10_000).Count;

    /// <summary>What was settled before rides in this commit, or was in an earlier one.</summary>
    private async Task FlushAsync() => await Appliance.Ledger.WriteAsync(
        static _ => true, TestContext.Current.CancellationToken);
}
