using System.Buffers.Binary;
using System.Text;

namespace Appliance.Timestamping.Clocks;

/// <summary>
/// The 48 octets of NTP version 4 (RFC 5905 section 7.3, RFC 4330 section 4), as a client needs them.
/// </summary>
internal readonly record struct SntpPacket(
    int Leap,
    int Version,
    int Mode,
    int Stratum,
    long RootDelay,
    long RootDispersion,
    ulong Reference,
    ulong Originate,
    ulong Receive,
    ulong Transmit)
{
    public const int Length = 48;

    /// <summary>Kisses after which a server is to be left alone (RFC 5905 section 7.4).</summary>
    public const string KissRate = "RATE";
    public const string KissDeny = "DENY";
    public const string KissRestrict = "RSTR";

    private const int ClientMode = 3;
    private const int ServerMode = 4;
    private const int Unsynchronised = 3;
    private const int MaxStratum = 15;

    /// <summary>Ticks of 1900-01-01.</summary>
    private static readonly long s_epoch = new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>
    /// Code of a kiss-o'-death: the four ASCII letters of its reference identifier. Null for any other packet, and for
    /// a server that has no time yet.
    /// </summary>
    public string? Kiss
    {
        get
        {
            if (Stratum != 0)
            {
                return null;
            }

            Span<byte> code = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(code, (uint)Reference);
            return code.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0 ? Encoding.ASCII.GetString(code) : null;
        }
    }

    /// <summary>
    /// A request. Its transmit timestamp is random and not the time: only who has seen it can answer.
    /// </summary>
    public static void WriteRequest(Span<byte> target, ulong cookie)
    {
        target[..Length].Clear();
        target[0] = (4 << 3) | ClientMode;
        BinaryPrimitives.WriteUInt64BigEndian(target[40..], cookie);
    }

    /// <summary>Reads an answer; extension fields and authenticators behind it are ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out SntpPacket packet)
    {
        packet = default;
        if (source.Length < Length)
        {
            return false;
        }

        packet = new SntpPacket(
            source[0] >> 6,
            (source[0] >> 3) & 7,
            source[0] & 7,
            source[1],
            ShortTicks(BinaryPrimitives.ReadInt32BigEndian(source[4..])),
            ShortTicks(BinaryPrimitives.ReadUInt32BigEndian(source[8..])),
            BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[24..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[32..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[40..]));
        return true;
    }

    /// <summary>Ticks of an NTP timestamp: its 136-year era is the one nearest to the local clock.</summary>
    public static long ToTicks(ulong timestamp, long nearTicks)
    {
        const long Era = (1L << 32) * TimeSpan.TicksPerSecond;
        var inEra = ((long)(timestamp >> 32) * TimeSpan.TicksPerSecond)
            + (long)(((timestamp & uint.MaxValue) * TimeSpan.TicksPerSecond) >> 32);
        var eras = (nearTicks - s_epoch - inEra + (Era / 2)) / Era;
        return s_epoch + inEra + (Math.Max(eras, 0) * Era);
    }

    /// <summary>The other way round, for tests and servers.</summary>
    public static ulong FromTicks(long ticks)
    {
        var sinceEpoch = ticks - s_epoch;
        var seconds = (ulong)(sinceEpoch / TimeSpan.TicksPerSecond) & uint.MaxValue;
        return (seconds << 32) | (((ulong)(sinceEpoch % TimeSpan.TicksPerSecond) << 32) / TimeSpan.TicksPerSecond);
    }

    /// <summary>The sanity checks (RFC 4330 section 5, RFC 5905 section 8). Null when it can be used.</summary>
    /// <param name="cookie">What the request had as its transmit timestamp.</param>
    /// <param name="maxRoot">Largest root distance (half the root delay, and the dispersion) in ticks.</param>
    public string? FindFault(ulong cookie, long maxRoot) => this switch
    {
        { Mode: not ServerMode } => "not a server's answer",
        { Version: < 3 or > 4 } => "an answer of another version",
        _ when Originate != cookie => "an answer to another request",
        { Kiss: { } kiss } => $"kiss-o'-death {kiss}",
        { Stratum: 0 or > MaxStratum } => "stratum 0 or 16, not synchronised",
        { Leap: Unsynchronised } => "leap indicator 3, not synchronised",
        { Transmit: 0 } or { Receive: 0 } => "no time in it",
        { RootDelay: < 0 } => "a negative root delay",
        _ when (RootDelay / 2) + RootDispersion > maxRoot => "too far from its reference clock",
        _ => null,
    };

    /// <summary>16.16 fixed point of seconds.</summary>
    private static long ShortTicks(long value) => (value * TimeSpan.TicksPerSecond) >> 16;

}
