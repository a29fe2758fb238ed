namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>What a client does in one step.</summary>
internal enum StepKind
{
    /// <summary>Sends bytes.</summary>
    Send,

    /// <summary>Sends the body of a request and its end, as the server's windows allow.</summary>
    SendBody,

    /// <summary>Waits until the answer on a stream has begun.</summary>
    AwaitHeaders,

    /// <summary>Waits until a stream is over.</summary>
    AwaitEnd,

    /// <summary>Waits until the server has seen all: a PING.</summary>
    AwaitSeen,

    /// <summary>Ends its half of the connection.</summary>
    Finish,

    /// <summary>Breaks the connection.</summary>
    Abort,

    /// <summary>Leaves the connection open and silent until the end of the quarter.</summary>
    Park,
}
