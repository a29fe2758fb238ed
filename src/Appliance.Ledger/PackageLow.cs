using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>A package has come down to a threshold.</summary>
/// <param name="SignerId">Whose signature it was that came to it.</param>
/// <param name="Package">The package, with what is left of it now.</param>
/// <param name="Percent">The threshold, in per cent of all that was granted; 0: nothing is left.</param>
/// <param name="At">Unix milliseconds.</param>
public readonly record struct PackageLow(Guid SignerId, PackageRow Package, int Percent, long At);
