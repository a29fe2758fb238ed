namespace Appliance.Pkcs11;

/// <summary>What a token says about itself (C_GetTokenInfo), text without its padding.</summary>
public sealed record TokenInfo
{
    /// <summary>Label given when the token was initialised, up to 32 bytes of UTF-8.</summary>
    public required string Label { get; init; }

    /// <summary>Serial number, up to 16 characters; with the manufacturer and model it names the device.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>Manufacturer.</summary>
    public required string Manufacturer { get; init; }

    /// <summary>Model.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Slot the token sits in now. For error texts only: it changes between starts, never choose by it.
    /// </summary>
    public required ulong SlotId { get; init; }

    /// <summary>Flags at the time of reading.</summary>
    public required TokenFlags Flags { get; init; }

    /// <summary>Most sessions this application may open; null when unlimited or not told.</summary>
    public long? MaxSessions { get; init; }

    /// <summary>Most read/write sessions this application may open; null when unlimited or not told.</summary>
    public long? MaxReadWriteSessions { get; init; }

    /// <summary>Shortest PIN in bytes.</summary>
    public int MinPinLength { get; init; }

    /// <summary>Longest PIN in bytes.</summary>
    public int MaxPinLength { get; init; }

    /// <summary>For error texts.</summary>
    public override string ToString() => $"token \"{Label}\" (serial {SerialNumber}, slot {SlotId})";

    internal bool IsSame(TokenInfo other)
        => string.Equals(SerialNumber, other.SerialNumber, StringComparison.Ordinal)
            && string.Equals(Label, other.Label, StringComparison.Ordinal);
}
