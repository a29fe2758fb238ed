namespace Appliance.Grpc.Wire;

/// <summary>What a look at the buffered part of a request body found.</summary>
internal enum FrameStep
{
    /// <summary>A message: of a unary body the only one, and its end has come.</summary>
    Complete,

    /// <summary>Nothing wrong so far; more bytes or the end must come.</summary>
    NeedMore,

    /// <summary>The end of a stream, between two messages.</summary>
    End,

    /// <summary>The body can no longer become valid.</summary>
    Failed,
}
