namespace Appliance.Crash.Tests.Clients;

/// <summary>What a line of the client's log says.</summary>
internal enum LogKind
{
    /// <summary>The request is about to be sent.</summary>
    Sent,

    /// <summary>Signatures came.</summary>
    Signed,

    /// <summary>The server refused, in so many words.</summary>
    Refused,

    /// <summary>No answer came.</summary>
    Lost,
}
