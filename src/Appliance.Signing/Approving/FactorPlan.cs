using Appliance.Storage;

namespace Appliance.Signing.Approving;

/// <summary>What of the supplied is judged for a credential, and whether the signer's approval is awaited.</summary>
/// <param name="Status">Ok, or what is missing; nothing is tried or counted then.</param>
/// <param name="Factors">The factors that are needed now.</param>
internal readonly record struct FactorPlan(SigningStatus Status, CredentialFactors Factors)
{
    private const CredentialFactors Codes = CredentialFactors.Totp | CredentialFactors.Code;

    public bool NeedsPin => Factors.HasFlag(CredentialFactors.Pin);

    public bool NeedsTotp => Factors.HasFlag(CredentialFactors.Totp);

    public bool NeedsCode => Factors.HasFlag(CredentialFactors.Code);

    public bool NeedsApproval => Factors.HasFlag(CredentialFactors.Approval);

    /// <summary>
    /// All that the credential asks for; where it offers approval beside a code, the code if one was sent and the
    /// approval otherwise. A credential that asks for nothing is for clients only.
    /// </summary>
    public static FactorPlan Of(CredentialFactors asked, SuppliedFactors supplied, Caller caller)
    {
        if (asked == CredentialFactors.None)
        {
            var mayOpen = caller.IsClient && caller.Operations.HasFlag(ClientOperations.Authorize);
            return new(mayOpen ? SigningStatus.Ok : SigningStatus.ClientOnly, asked);
        }

        var needed = asked;
        if (asked.HasFlag(CredentialFactors.Approval) && (asked & Codes) != CredentialFactors.None)
        {
            needed &= supplied.OneTimePassword is not null ? ~CredentialFactors.Approval : ~Codes;
        }

        var needsCode = (needed & Codes) != CredentialFactors.None;
        var status = needed.HasFlag(CredentialFactors.Pin) && supplied.Pin is null ? SigningStatus.PinMissing
            : needsCode && supplied.OneTimePassword is null ? SigningStatus.FactorMissing
            : SigningStatus.Ok;
        return new(status, needed);
    }
}
