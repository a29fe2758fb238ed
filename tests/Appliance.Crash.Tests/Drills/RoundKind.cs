namespace Appliance.Crash.Tests.Drills;

/// <summary>Where the token is slow, and so where most requests are when the server is killed.</summary>
internal enum RoundKind
{
    /// <summary>All callers begin at once and the kill follows within milliseconds.</summary>
    Burst,

    /// <summary>The token is slow to begin: most wait for it with their reservation.</summary>
    SlowToSign,

    /// <summary>The token is slow to answer: signatures exist that nobody has.</summary>
    SlowToAnswer,

    /// <summary>A little of both, by either way of dispatch.</summary>
    Mixed,
}
