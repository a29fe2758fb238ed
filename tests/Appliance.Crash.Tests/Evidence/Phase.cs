namespace Appliance.Crash.Tests.Evidence;

/// <summary>How far a request had come when the server was killed.</summary>
internal enum Phase
{
    /// <summary>Sent, and not reserved.</summary>
    BeforeReservation,

    /// <summary>Reserved durably, and no C_Sign entered.</summary>
    BeforeSign,

    /// <summary>In C_Sign, or between two of the request's hashes.</summary>
    InSign,

    /// <summary>Every C_Sign had returned, and no outcome was durable.</summary>
    BeforeOutcome,

    /// <summary>The outcome was durable, and the client had no answer.</summary>
    AfterOutcome,
}
