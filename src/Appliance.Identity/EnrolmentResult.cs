using Appliance.Factors;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>The outcome of a step of <see cref="Enrolment"/>.</summary>
/// <param name="Status">How it ended; the rest is for <see cref="EnrolmentStatus.Ok"/>.</param>
public sealed record EnrolmentResult(EnrolmentStatus Status)
{
    /// <summary>The signer concerned; empty where it is not told.</summary>
    public Guid SignerId { get; init; }

    /// <summary>The code that is on its way or running; null when the step sent none.</summary>
    public CodeSending? Code { get; init; }

    /// <summary>Where it goes, all but the last digits hidden.</summary>
    public string? MaskedTo { get; init; }

    /// <summary>A factor that waits for its first code: shown once, disposed of by who shows it.</summary>
    public TotpEnrolment? Pairing { get; init; }

    /// <summary>What the link is for; null without a link.</summary>
    public LinkPurpose? Purpose { get; init; }

    /// <summary>Whether the link's bearer has given the code too.</summary>
    public bool Confirmed { get; init; }

    /// <summary>When the link ends, Unix milliseconds; 0 without a link.</summary>
    public long LinkExpiresAt { get; init; }

    /// <summary>The signer's user name, for who holds an activation link; null otherwise.</summary>
    public string? UserName { get; init; }

    /// <summary>The signer's name, for who holds an activation link; null otherwise.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The e-mail address, mostly hidden; null for none.</summary>
    public string? MaskedEmail { get; init; }

    /// <summary>The telephone, mostly hidden; null for none.</summary>
    public string? MaskedPhone { get; init; }

    /// <summary>The authenticator; null for none.</summary>
    public FactorState? Totp { get; init; }

    /// <summary>The PIN; null for none.</summary>
    public FactorState? Pin { get; init; }

    /// <summary>Whether the signer has a password.</summary>
    public bool HasPassword { get; init; }

    /// <summary>Why a password or a PIN was refused, a sentence each; it is never quoted.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Whose tokens ended; null for nobody's.</summary>
    internal Guid? Ended { get; init; }
}
