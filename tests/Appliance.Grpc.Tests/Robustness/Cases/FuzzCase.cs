namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>What a client does, and how the server may take it.</summary>
internal sealed class FuzzCase
{
    public List<Step> Steps { get; } = [];

    /// <summary>The streams that must end, and how. Streams that the client reset are owed nothing.</summary>
    public Dictionary<uint, Due> Due { get; } = [];

    /// <summary>The server may end the connection: the damage was the connection's.</summary>
    public bool MayClose { get; set; }

    /// <summary>The server must end the connection.</summary>
    public bool MustClose { get; set; }

    /// <summary>The client's own settings may be damaged, so that it cannot read every answer.</summary>
    public bool IsUnreadable { get; set; }

    /// <summary>The first stream that the case has not used.</summary>
    public uint NextStream { get; set; }
}
