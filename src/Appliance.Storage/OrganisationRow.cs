namespace Appliance.Storage;

/// <summary>What is known of an organisation beside what its signer's row says.</summary>
/// <param name="Id">The organisation's id, which is its signer's.</param>
/// <param name="Name">Its name in the register.</param>
/// <param name="Registration">Its number in the register; null where it is not known.</param>
/// <param name="Lei">Legal entity identifier (ISO 17442), 20 characters; null where it has none.</param>
/// <param name="Vat">VAT identification number with its country's prefix; null where it has none.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="Mac">Over all of it.</param>
public sealed record OrganisationRow(
    Guid Id, string Name, string? Registration, string? Lei, string? Vat, long CreatedAt, byte[] Mac);
