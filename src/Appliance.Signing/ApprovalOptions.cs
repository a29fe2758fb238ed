namespace Appliance.Signing;

/// <summary>What an operator decides about approvals out of band.</summary>
public sealed class ApprovalOptions
{
    /// <summary>How long a signer may take to decide. Default 600 s.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a caller that cannot ask again is kept waiting. Default 120 s.</summary>
    public TimeSpan WaitLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Callers kept waiting at once. Default 10,000.</summary>
    public int MostWaiting { get; init; } = 10_000;

    /// <summary>
    /// Approvals that a signer may be asked for within <see cref="Lifetime"/>, those that it gave not counted: each is
    /// a message. Default 5.
    /// </summary>
    public int MostOfSigner { get; init; } = 5;

    /// <summary>Whoever approves gives a code of the signer's authenticator besides.</summary>
    public bool AskForCode { get; init; }
}
