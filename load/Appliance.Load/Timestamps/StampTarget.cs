using System.Net;
using System.Security.Cryptography.X509Certificates;
using Appliance.Load.Ratio;

namespace Appliance.Load.Timestamps;

/// <summary>A unit of the fixture that is measured.</summary>
internal sealed class StampTarget
{
    /// <summary>What the authority is to reach of the raw rate.</summary>
    private static readonly Dictionary<string, double> s_floors =
        new(StringComparer.Ordinal) { ["RSA-2048"] = 0.93, ["P-256"] = 0.45 };

    private StampTarget(FixtureUnit unit)
    {
        Url = new Uri(unit.Url);
        Algorithm = unit.Algorithm;
        Certificate = X509Certificate2.CreateFromPem(unit.ChainPem);
    }

    public Uri Url { get; }

    public string Algorithm { get; }

    public double Floor => s_floors[Algorithm];

    /// <summary>The unit's own.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>CKA_LABEL of the unit's key.</summary>
    public string KeyLabel => $"tsa {Url.Segments[^1]}";

    public IPEndPoint EndPoint => new(IPAddress.Parse(Url.Host), Url.Port);

    public static IReadOnlyList<StampTarget> Of(Fixture fixture)
        => [.. (fixture.Units ?? []).Where(unit => s_floors.ContainsKey(unit.Algorithm))
            .Select(unit => new StampTarget(unit))];
}
