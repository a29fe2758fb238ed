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

    /// <summary>Only with this digest.</summary>
    public byte[]? Digest { get; init; }

    /// <summary>Only about the time stamp of this serial number: 40 digits of hexadecimal, upper case.</summary>
    public string? Serial { get; init; }

    /// <summary>
    /// Only at or after, Unix milliseconds. With it or <see cref="To"/> no more of the trail is read than of that time,
    /// and there is one page.
    /// </summary>
    public long? From { get; init; }

    /// <summary>Only before, Unix milliseconds.</summary>
    public long? To { get; init; }

    /// <summary>
    /// Also the trail's records about itself: where chains begin and end, and seals. Without it they are left out, as
    /// there is a seal each minute; asking for such an event gives it.
    /// </summary>
    public bool Bookkeeping { get; init; }
}
