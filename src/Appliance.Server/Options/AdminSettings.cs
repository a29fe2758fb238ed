namespace Appliance.Server.Options;

/// <summary>The command line beside a running server.</summary>
internal sealed class AdminSettings
{
    /// <summary>
    /// The Unix socket where a server takes commands, at most 103 bytes. Default: beside the store's file, which it is
    /// called after, with ".admin"; with PostgreSQL "admin" in Store:State.
    /// </summary>
    public string? Socket { get; set; }

    /// <summary>
    /// The group that may connect as well; without it only the server's own user and root. Connecting makes no admin.
    /// </summary>
    public string? Group { get; set; }
}
