namespace Appliance.Server.Auditing;

/// <summary>The continuous exports, as their cursors are named in the store.</summary>
internal static class AuditSinkNames
{
    public const string File = "file";

    public const string Syslog = "syslog";

    public const string Webhook = "webhook";

    public static IReadOnlyList<string> All { get; } = [File, Syslog, Webhook];
}
