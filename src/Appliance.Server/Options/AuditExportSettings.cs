namespace Appliance.Server.Options;

/// <summary>Where the audit trail goes besides, continuously: each that is set.</summary>
internal sealed class AuditExportSettings
{
    /// <summary>A file for JSON lines; rotated files get the time of their end appended. Empty for none.</summary>
    public string File { get; set; } = "";

    /// <summary>Beyond this the file is rotated, and at the end of each day (UTC), 1 to 10,240 MiB. Default
    /// 256.</summary>
    public int FileMegabytes { get; set; } = 256;

    /// <summary>Where syslog is spoken (RFC 5424): udp://, tcp:// or tls://host:port. Empty for none.</summary>
    public string Syslog { get; set; } = "";

    /// <summary>Where batches are posted, an http or https URL. Empty for none.</summary>
    public string Webhook { get; set; } = "";

    /// <summary>A file with the secret that webhooks are signed by: whsec_ and base64, as Standard Webhooks has
    /// it.</summary>
    public string WebhookSecretFile { get; set; } = "";
}
