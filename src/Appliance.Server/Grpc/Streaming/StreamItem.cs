namespace Appliance.Server.Grpc.Streaming;

/// <summary>What of an item is kept while it is in flight.</summary>
/// <param name="Id">Its id; empty when it has none that can be used.</param>
/// <param name="Hashes">Its digests.</param>
/// <param name="Bytes">The size of its message.</param>
internal readonly record struct StreamItem(string Id, int Hashes, int Bytes)
{
    private const int LongestId = 64;

    /// <summary>True when an item of the same id was in flight before.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>1 to 64 visible ASCII characters.</summary>
    public static bool IsId(string text)
        => text.Length is > 0 and <= LongestId && text.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;
}
