using Appliance.Factors;

namespace Appliance.Identity;

/// <summary>What <see cref="Enrolment"/> works with.</summary>
public sealed class EnrolmentParts
{
    /// <summary>The signers' authenticators.</summary>
    public required TotpFactors Totp { get; init; }

    /// <summary>Codes that are sent.</summary>
    public required OneTimeCodes Codes { get; init; }

    /// <summary>Links that are sent.</summary>
    public required OneTimeLinks Links { get; init; }

    /// <summary>The signers' PINs.</summary>
    public required PinFactors Pins { get; init; }

    /// <summary>Where signers are reached.</summary>
    public required Contacts Contacts { get; init; }

    /// <summary>Messages on their way.</summary>
    public required Notices Notices { get; init; }

    /// <summary>Where passwords are computed.</summary>
    public required PasswordLane Passwords { get; init; }

    /// <summary>Where links lead.</summary>
    public required LinkAddresses Addresses { get; init; }

    /// <summary>No second recovery link within this time. Default 30 minutes.</summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromMinutes(30);
}
