namespace Appliance.Signing;

/// <summary>
/// Which approval, and by what right: the link that the signer was sent, or a caller and the approval's id. No record,
/// so that a link is never printed.
/// </summary>
public sealed class ApprovalReference
{
    /// <summary>The link's text; null for a caller.</summary>
    public string? Link { get; init; }

    /// <summary>The authenticated caller; none with a link.</summary>
    public Caller Caller { get; init; }

    /// <summary>The approval; none with a link.</summary>
    public Guid ApprovalId { get; init; }
}
