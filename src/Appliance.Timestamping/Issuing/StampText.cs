namespace Appliance.Timestamping.Issuing;

/// <summary>What the audit trail says of a token: text of a form that stays, at most 255 characters.</summary>
internal static class StampText
{
    /// <summary>Before it is made: unit, serial number in hexadecimal, policy, hash algorithm of the imprint.</summary>
    public static string Intent(Stamp stamp)
        => $"unit {stamp.Unit.Options.Name} serial {Serial(stamp)} policy {stamp.Policy} hash {stamp.HashAlgorithm}";

    /// <summary>When it is made: the same serial number, and its genTime.</summary>
    public static string Issued(Stamp stamp)
        => $"serial {Serial(stamp)} time {stamp.Time:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}";

    private static string Serial(Stamp stamp) => Convert.ToHexString(stamp.SerialNumber.Span);
}
