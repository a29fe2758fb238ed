namespace Appliance.Storage;

/// <summary>What became of an authorisation that waited for the signer's word. The numbers are stored.</summary>
public enum ApprovalState
{
    /// <summary>Undecided; expired once its time is over.</summary>
    Pending = 0,

    /// <summary>The signer approved: an activation is open.</summary>
    Approved = 1,

    /// <summary>The signer denied.</summary>
    Denied = 2,

    /// <summary>Nobody waits for it any more.</summary>
    Withdrawn = 3,
}
