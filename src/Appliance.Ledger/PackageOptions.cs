using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>How transactions are counted.</summary>
public sealed class PackageOptions
{
    /// <summary>The defaults.</summary>
    public static PackageOptions Default { get; } = new();

    /// <summary>
    /// What is told when so much is left, in per cent of all that was granted, 0 to 100: once each. 0 is the last.
    /// </summary>
    public IReadOnlyList<int> LowPercents { get; init; } = [10, 0];

    /// <summary>
    /// Called in the transaction that comes down to a threshold, on the loop's thread; null for nobody.
    /// </summary>
    public Action<StoreConnection, PackageLow>? Low { get; init; }

    /// <summary>True when the signatures of TLS logins take no transactions.</summary>
    public bool TlsLoginsFree { get; init; } = true;

    /// <summary>How long a signature may wait for the time stamp that it covers.</summary>
    public TimeSpan CoverLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The algorithms of time stamps' imprints for which digests of signatures are kept.</summary>
    public IReadOnlyList<ImprintAlgorithm> Imprints { get; init; } =
        [ImprintAlgorithm.Sha256, ImprintAlgorithm.Sha384, ImprintAlgorithm.Sha512];
}
