using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// Which key of the token <see cref="KeyAdoption"/> is to make a credential of. The key is named by its id, its label,
/// its certificate, or several of them.
/// </summary>
public sealed record AdoptionOrder
{
    /// <summary>The owner.</summary>
    public required Guid SignerId { get; init; }

    /// <summary>The owner's profile that the credential belongs to.</summary>
    public required Guid ProfileId { get; init; }

    /// <summary>CKA_ID; null for any.</summary>
    public byte[]? KeyId { get; init; }

    /// <summary>CKA_LABEL; null for any.</summary>
    public string? KeyLabel { get; init; }

    /// <summary>
    /// PEM with the leaf and its authorities, in any order; null for those that the token has.
    /// </summary>
    public string? Certificates { get; init; }

    /// <summary>As in <see cref="CredentialOrder"/>.</summary>
    public int Scal { get; init; } = 2;

    /// <summary>As in <see cref="CredentialOrder"/>.</summary>
    public int Multisign { get; init; } = 1;

    /// <summary>As in <see cref="CredentialOrder"/>.</summary>
    public ExtensionPolicy Extension { get; init; } = ExtensionPolicy.Nested;

    /// <summary>As in <see cref="CredentialOrder"/>.</summary>
    public SadReuse SadReuse { get; init; } = SadReuse.UntilExhausted;

    /// <summary>As in <see cref="CredentialOrder"/>.</summary>
    public CredentialFactors Factors { get; init; } = CredentialFactors.Totp;

    /// <summary>Free text, at most 255 characters.</summary>
    public string Description { get; init; } = "";

    /// <summary>Take a key that may leave the token, so that nobody can say who else has it.</summary>
    public bool AllowExtractable { get; init; }

    /// <summary>Take a certificate that has expired; nothing is signed before it is renewed.</summary>
    public bool AllowExpired { get; init; }
}
