namespace Appliance.Server.Options;

/// <summary>Values of one setting with commas between them.</summary>
internal static class SettingList
{
    public static string[] Read(string? text)
        => text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
