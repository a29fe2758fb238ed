using System.Text;
using Appliance.Server.Options;

namespace Appliance.Server.Admin;

/// <summary>Where the admin socket is.</summary>
internal static class AdminSocketPath
{
    /// <summary>sun_path has 108 bytes, the last one 0 (unix(7)); the socket is born under a name 4 longer.</summary>
    public const int MaxBytes = 103;

    private const string Name = "admin";

    /// <summary>
    /// The setting, or the default beside the store's file or in the node's folder; null where there is neither.
    /// </summary>
    public static string? Of(ApplianceOptions options)
        => Of(options.Admin.Socket, options.Store.Path, options.Store.State);

    /// <summary>
    /// As a command finds it that may not read all that the settings name, and that needs no more than this.
    /// </summary>
    public static string? Of(IConfiguration configuration)
        => Of(configuration["Admin:Socket"], configuration["Store:Path"], configuration["Store:State"]);

    public static bool IsTooLong(string path) => Encoding.UTF8.GetByteCount(path) > MaxBytes;

    private static string? Of(string? setting, string? store, string? folder)
    {
        if (!string.IsNullOrWhiteSpace(setting))
        {
            return Path.GetFullPath(setting);
        }

        if (!string.IsNullOrWhiteSpace(store))
        {
            return Path.GetFullPath($"{store}.{Name}");
        }

        return string.IsNullOrWhiteSpace(folder) ? null : Path.GetFullPath(Path.Combine(folder, Name));
    }
}
