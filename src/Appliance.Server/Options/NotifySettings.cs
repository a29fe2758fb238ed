namespace Appliance.Server.Options;

/// <summary>How messages reach signers.</summary>
internal sealed class NotifySettings
{
    /// <summary>How e-mails leave: smtp, webhook, spool or none. Default none: they wait, and are given up.</summary>
    public string Email { get; set; } = "none";

    /// <summary>How short messages leave: webhook, spool or none. Default none.</summary>
    public string Sms { get; set; } = "none";

    /// <summary>Folder with templates that replace the built-in ones, and further languages; null for none.</summary>
    public string? Templates { get; set; }

    /// <summary>Folder for messages as files; they hold codes and links: for development and tests.</summary>
    public string? SpoolFolder { get; set; }

    /// <summary>Where messages are posted: https, or http to this machine.</summary>
    public string? WebhookUrl { get; set; }

    /// <summary>File with the webhook's secret, whsec_ and base64; a second line while it is changed.</summary>
    public string? WebhookSecretFile { get; set; }

    /// <summary>What short messages name as their sender, 1 to 11 letters and digits; null for none.</summary>
    public string? SmsSender { get; set; }

    /// <summary>The mail server.</summary>
    public string? SmtpHost { get; set; }

    /// <summary>Its port. Default 587.</summary>
    public int SmtpPort { get; set; } = 587;

    /// <summary>starttls, implicit or none; none only to this machine. Default starttls.</summary>
    public string SmtpTls { get; set; } = "starttls";

    /// <summary>Whom to sign in as at the mail server; null for not at all.</summary>
    public string? SmtpUser { get; set; }

    /// <summary>File whose first line is that user's password.</summary>
    public string? SmtpPasswordFile { get; set; }

    /// <summary>The sender's address of e-mails.</summary>
    public string? SmtpFrom { get; set; }

    /// <summary>PEM file of the CAs that certify mail server and webhook; null for the system's.</summary>
    public string? CertificateAuthorities { get; set; }

    /// <summary>Deliveries at a time, 1 to 64. Default 8.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>How long one attempt may take, 1 to 120 s. Default 20.</summary>
    public int TimeoutSeconds { get; set; } = 20;

    /// <summary>Attempts after which a message is given up, 1 to 1,000. Default 100.</summary>
    public int MostAttempts { get; set; } = 100;

    /// <summary>Age at which a message is given up, 1 to 168 h. Default 24.</summary>
    public int GiveUpHours { get; set; } = 24;

    /// <summary>How often a node looks for messages of other nodes, 1 to 60 s. Default 1.</summary>
    public int PollSeconds { get; set; } = 1;
}
