using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>A running appliance with an open unit of each kind of key, in SoftHSM2, made by the command.</summary>
public sealed class FourUnits : IAsyncLifetime
{
    private readonly List<KeyValuePair<string, string?>> _settings = [];
    private readonly RunningAppliance _appliance;

    public FourUnits() => _appliance = new RunningAppliance { Settings = _settings, Prepare = PrepareAsync };

    /// <summary>PEM of a unit's certificate and of the CA's, by the unit's name.</summary>
    internal Dictionary<string, string> Chains { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a unit answers.</summary>
    internal string UrlOf(string unit) => $"{_appliance.Rest.BaseAddress}tsa/{unit}";

    public ValueTask InitializeAsync() => _appliance.InitializeAsync();

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    private async Task PrepareAsync(Installation installation)
    {
        foreach (var algorithm in new[] { "RSA-2048", "RSA-3072", "P-256", "P-384" })
        {
            var name = algorithm.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
            var (chain, setting) = await TsaAppliance.CreateUnitAsync(installation, name, algorithm);
            Chains.Add(name, chain);
            _settings.Add(setting);
            _settings.Add(new($"Timestamping:Units:{name}:AcceptedPolicies", "1.3.6.1.4.1.99999.7"));
        }

        _settings.Add(TsaAppliance.ClockWord());
    }
}
