using System.Text;
using Appliance.Server.Options;

namespace Appliance.Server.Admin;

/// <summary>Where the admin socket is.</summary>
internal static class AdminSocketPath
{
    /// <summary>sun_path has 108 bytes with its terminator (unix(7)); the socket is born under a name 4 longer.</summary>
    public const int MaxBytes = 103;

    private const string Suffix = ".admin";

    /// <summary>The setting, or the default beside the store's file; null for neither: then there is none.</summary>
    public static string? Of(ApplianceOptions options) => Of(options.Admin.Socket, options.Store.Path);

    /// <summary>
    /// As a command finds it that may not read all that the settings name, and that needs no more than this.
    /// </summary>
    public static string? Of(IConfiguration configuration) => Of(configuration["Admin:Socket"], configuration["Store:Path"]);

    public static bool IsTooLong(string path) => Encoding.UTF8.GetByteCount(path) > MaxBytes;

    private static string? Of(string? setting, string? store)
    {
        if (!string.IsNullOrWhiteSpace(setting))
        {
            return Path.GetFullPath(setting);
        }

        return string.IsNullOrWhiteSpace(store) ? null : Path.GetFullPath(store + Suffix);
    }
}
