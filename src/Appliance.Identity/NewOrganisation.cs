namespace Appliance.Identity;

/// <summary>An organisation to add.</summary>
/// <param name="UserName">The user name of its signer; see <see cref="UserName"/>.</param>
/// <param name="Name">Its name in the register, 1 to 255 characters.</param>
/// <param name="Registration">Its number in the register, at most 64 characters; null where it is not known.</param>
/// <param name="Lei">Legal entity identifier (ISO 17442), 20 characters; null where it has none.</param>
/// <param name="Vat">VAT identification number with its country's prefix; null where it has none.</param>
public sealed record NewOrganisation(
    string UserName, string Name, string? Registration = null, string? Lei = null, string? Vat = null);
