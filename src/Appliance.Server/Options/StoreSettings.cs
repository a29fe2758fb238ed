namespace Appliance.Server.Options;

/// <summary>Where everything lasts.</summary>
internal sealed class StoreSettings
{
    /// <summary>The SQLite file; created when missing. Required.</summary>
    public string Path { get; set; } = "";
}
