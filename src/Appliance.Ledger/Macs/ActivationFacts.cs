using Appliance.Storage;

namespace Appliance.Ledger.Macs;

/// <summary>What an activation's MAC covers: everything that never changes while it can be used.</summary>
internal readonly record struct ActivationFacts(
    Guid Id,
    Guid CredentialId,
    Guid SignerId,
    Guid ClientId,
    bool IsStaged,
    int Scal,
    int Total,
    int Given,
    long AuthorisedAt,
    long ExpiresAt,
    ActivationPurpose Purpose)
{
    public static ActivationFacts Of(ActivationRow row) => new(
        row.Id,
        row.CredentialId,
        row.SignerId,
        row.ClientId,
        row.State == ActivationState.Staged,
        row.Scal,
        row.Total,
        row.Given,
        row.AuthorisedAt,
        row.ExpiresAt,
        row.Purpose);

    public static ActivationFacts Of(Guid id, in ActivationCheck found) => new(
        id,
        found.CredentialId,
        found.SignerId,
        found.ClientId,
        found.State == ActivationState.Staged,
        found.Scal,
        found.Total,
        found.Given,
        found.AuthorisedAt,
        found.ExpiresAt,
        found.Purpose);
}
