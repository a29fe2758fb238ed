namespace Appliance.Grpc.Client.Wire;

/// <summary>Base64 of binary metadata: padding may be missing.</summary>
internal static class Base64
{
    public static byte[] Decode(string text)
    {
        var bare = text.TrimEnd('=');
        return Convert.FromBase64String(bare.PadRight((bare.Length + 3) / 4 * 4, '='));
    }
}
