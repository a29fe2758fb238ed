using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>
/// A running appliance with time-stamping units p256 (the default one) and rsa2048, made by the command, whose clock
/// runs and is taken at an operator's word. All else of it goes by the clock that tests move.
/// </summary>
public sealed class TsaAppliance : IAsyncLifetime
{
    private readonly List<KeyValuePair<string, string?>> _settings = [];
    private readonly Dictionary<string, string> _chains = new(StringComparer.Ordinal);
    private readonly RunningAppliance _appliance;

    public TsaAppliance() => _appliance = new RunningAppliance { Settings = _settings, Prepare = PrepareAsync };

    /// <summary>Settings that are not as usual, such as Timestamping:Units:p256:Access; read after Prepare.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> Settings { get; init; } = [];

    /// <summary>What an operator does besides, before the appliance starts; units are made then.</summary>
    internal Func<Installation, Task> Prepare { get; init; } = static _ => Task.CompletedTask;

    /// <summary>The appliance, with its signers, both wires and its store.</summary>
    internal RunningAppliance Appliance => _appliance;

    /// <summary>PEM of a unit's certificate and of the CA's.</summary>
    internal string ChainPem(string unit) => _chains[unit];

    /// <summary>A unit's own certificate, then the CA's.</summary>
    internal X509Certificate2Collection Chain(string unit)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(_chains[unit]);
        return chain;
    }

    /// <summary>DER of a request that asks for the certificate and has a nonce.</summary>
    internal static byte[] Request(ReadOnlySpan<byte> sha256)
        => Rfc3161TimestampRequest.CreateFromHash(
            sha256.ToArray(),
            HashAlgorithmName.SHA256,
            nonce: RandomNumberGenerator.GetBytes(8),
            requestSignerCertificates: true).Encode();

    /// <summary>POST /tsa/UNIT; null for /tsa.</summary>
    internal async Task<HttpResponseMessage> PostAsync(
        string? unit, byte[] request, AuthenticationHeaderValue? authorization = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, unit is null ? "/tsa" : $"/tsa/{unit}")
        {
            Content = new ByteArrayContent(request),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        message.Headers.Authorization = authorization;
        return await _appliance.Rest.SendAsync(message, TestContext.Current.CancellationToken);
    }

    /// <summary>DER of the answer to a request that is answered with 200.</summary>
    internal async Task<byte[]> StampAsync(
        string? unit, byte[] request, AuthenticationHeaderValue? authorization = null)
    {
        using var response = await PostAsync(unit, request, authorization);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
        return body;
    }

    public ValueTask InitializeAsync() => _appliance.InitializeAsync();

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    /// <summary>Makes a unit by the command and tells its settings.</summary>
    internal static async Task<(string ChainPem, KeyValuePair<string, string?> Setting)> CreateUnitAsync(
        Installation installation, string name, string algorithm)
    {
        var file = installation.PathOf(name + ".pem");
        var made = await installation.JsonAsync(
            $"timestamp unit create {name} --algorithm {algorithm} --subject-organisation Testers --out {file}");
        return (made.Text("chainPem"), new($"Timestamping:Units:{name}:Certificates", file));
    }

    /// <summary>An operator's word for the clock of this machine, for a day.</summary>
    internal static KeyValuePair<string, string?> ClockWord() => new(
        "Timestamping:Clock:AssertedUntil",
        TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    private async Task PrepareAsync(Installation installation)
    {
        foreach (var (name, algorithm) in new[] { ("p256", "P-256"), ("rsa2048", "RSA-2048") })
        {
            var (chain, setting) = await CreateUnitAsync(installation, name, algorithm);
            _chains.Add(name, chain);
            _settings.Add(setting);
        }

        _settings.Add(ClockWord());
        await Prepare(installation);
        _settings.AddRange(Settings);
    }
}
