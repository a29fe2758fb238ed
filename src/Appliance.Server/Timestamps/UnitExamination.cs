using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>What settings, certificates and token make of a unit, and all that is wrong with it.</summary>
internal sealed record UnitExamination : IDisposable
{
    public required string Name { get; init; }

    public required TimestampUnitOptions Options { get; init; }

    /// <summary>The unit's own first; empty where the file cannot be read.</summary>
    public required IReadOnlyList<X509Certificate2> Certificates { get; init; }

    /// <summary>In the token, proven; null where it is not there.</summary>
    public required KeyReference? Key { get; init; }

    /// <summary>Why it cannot issue; each names its setting.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>Why it will not be able to for much longer.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Certificate and key can be used until then; null where there is no certificate.</summary>
    public required DateTimeOffset? UsableTo { get; init; }

    public void Dispose()
    {
        foreach (var certificate in Certificates)
        {
            certificate.Dispose();
        }
    }
}
