namespace Appliance.Server.Options;

/// <summary>Section Store: where facts live.</summary>
internal sealed class StoreSettings
{
    /// <summary>Store:Path. The SQLite file; it is made when missing. Required.</summary>
    public string Path { get; init; } = "";

    public static StoreSettings Read(SettingsReader settings) => new()
    {
        Path = settings.Required("Store:Path", "name the file of the store, e.g. /var/lib/appliance/store.db."),
    };
}
