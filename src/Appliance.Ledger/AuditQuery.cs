namespace Appliance.Ledger;

/// <summary>Which records to read.</summary>
public sealed record AuditQuery
{
    /// <summary>Newest first, the default, or oldest first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>The sequence number of the last record of the page before; null for the first page.</summary>
    public long? After { get; init; }

    /// <summary>At most this many, 1 to 10,000. Defaults to 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Only this signer's.</summary>
    public Guid? SignerId { get; init; }

    /// <summary>Only this credential's.</summary>
    public Guid? CredentialId { get; init; }

    /// <summary>Only this request's.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>Only this event.</summary>
    public AuditEvent? Event { get; init; }

    /// <summary>Only what this admin did.</summary>
    public string? Actor { get; init; }

    /// <summary>
    /// Also the trail's records about itself: where chains begin and end, and seals. Without it they are left out, as
    /// there is a seal each minute; asking for such an event gives it.
    /// </summary>
    public bool Bookkeeping { get; init; }
}
