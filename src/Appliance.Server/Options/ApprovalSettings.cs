using Appliance.Signing;

namespace Appliance.Server.Options;

/// <summary>Signers that approve out of band.</summary>
internal sealed class ApprovalSettings
{
    /// <summary>How long a signer may take to decide, 30 to 86,400 s. Default 600.</summary>
    public int LifetimeSeconds { get; set; } = 600;

    /// <summary>
    /// How long authorize of version 1 waits for the signer, 1 to 3,600 s; its client must wait as long. Default 120.
    /// </summary>
    public int WaitSeconds { get; set; } = 120;

    /// <summary>
    /// Calls that may wait so at once; they count among Limits:Connections and not among Limits:CallsInFlight. 1 to
    /// 65,536, default 10,000.
    /// </summary>
    public int MostWaiting { get; set; } = 10_000;

    /// <summary>
    /// Approvals that one signer may be asked for within LifetimeSeconds, those it gave not counted: each is an e-mail.
    /// 1 to 100, default 5.
    /// </summary>
    public int MostOfSigner { get; set; } = 5;

    /// <summary>Whoever approves gives a code of the signer's authenticator besides. Default false.</summary>
    public bool AskForCode { get; set; }

    public ApprovalOptions ToOptions() => new()
    {
        Lifetime = TimeSpan.FromSeconds(LifetimeSeconds),
        WaitLifetime = TimeSpan.FromSeconds(WaitSeconds),
        MostWaiting = MostWaiting,
        MostOfSigner = MostOfSigner,
        AskForCode = AskForCode,
    };
}
