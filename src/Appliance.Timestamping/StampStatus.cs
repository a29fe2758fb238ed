namespace Appliance.Timestamping;

/// <summary>How a call for a time stamp ended.</summary>
public enum StampStatus
{
    /// <summary>There is a TimeStampResp: with a token, or with the failure that says why not.</summary>
    Answered,

    /// <summary>The caller may not have one: <see cref="StampResult.Refusal"/>.</summary>
    Refused,

    /// <summary>More waits than may; nothing was used up.</summary>
    Overloaded,

    /// <summary>The store is away; nothing was used up.</summary>
    StoreUnavailable,
}
