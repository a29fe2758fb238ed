namespace Appliance.Storage;

/// <summary>An order that was granted.</summary>
/// <param name="OrderId">As whoever sells calls it; at most 128 characters.</param>
/// <param name="CredentialId">To which credential it was granted.</param>
/// <param name="PackageId">The package that got it.</param>
/// <param name="Count">Transactions.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record PackageOrderRow(string OrderId, Guid CredentialId, Guid PackageId, int Count, long CreatedAt);
