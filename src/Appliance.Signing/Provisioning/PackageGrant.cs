namespace Appliance.Signing.Provisioning;

/// <summary>Transactions to grant.</summary>
/// <param name="Count">How many, at least 1; of a plan, as many as it has.</param>
/// <param name="From">Start of a new package's validity; null for now.</param>
/// <param name="Until">
/// End of the validity; null for the end of the certificate or that of the plan's years, whichever is first.
/// </param>
/// <param name="Plan">The preset that was sold; null for a free count.</param>
/// <param name="OrderId">
/// The order, as whoever sells calls it, 1 to 128 characters: granted once however often it is sent; null for none.
/// </param>
public sealed record PackageGrant(
    int Count,
    DateTimeOffset? From = null,
    DateTimeOffset? Until = null,
    PackagePlan? Plan = null,
    string? OrderId = null)
{
    /// <summary>Most characters of an order's id.</summary>
    public const int OrderIdLimit = 128;
}
