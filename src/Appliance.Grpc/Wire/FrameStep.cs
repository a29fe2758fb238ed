namespace Appliance.Grpc.Wire;

/// <summary>What a look at the buffered part of a unary request body found.</summary>
internal enum FrameStep
{
    /// <summary>Exactly one message and the end of the body.</summary>
    Complete,

    /// <summary>Nothing wrong so far; more bytes or the end must come.</summary>
    NeedMore,

    /// <summary>The body can no longer become valid.</summary>
    Failed,
}
