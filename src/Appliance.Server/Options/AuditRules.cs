using System.Globalization;

namespace Appliance.Server.Options;

/// <summary>The rules of the audit trail's settings.</summary>
internal static class AuditRules
{
    private const int LeastRetention = 30;
    private const int MostRetention = 36_500;

    /// <summary>What <see cref="AuditSettings.SealUnit"/> says where seals are to have no time stamps.</summary>
    public const string NoUnit = "none";

    public static void Check(AuditSettings audit, TimestampingSettings timestamping, List<string> errors)
    {
        if (audit.SealUnit is { Length: > 0 } unit && unit != NoUnit && !timestamping.Units.ContainsKey(unit))
        {
            errors.Add("Audit:SealUnit: names none of Timestamping:Units; \"none\" is for seals without time stamps.");
        }

        Range(errors, "Audit:SealSeconds", audit.SealSeconds, 1, 3_600);
        if (audit.RetentionDays != 0)
        {
            Range(errors, "Audit:RetentionDays", audit.RetentionDays, LeastRetention, MostRetention);
        }

        var export = audit.Export;
        Range(errors, "Audit:Export:FileMegabytes", export.FileMegabytes, 1, 10_240);
        if (export.Syslog.Length > 0
            && (!Uri.TryCreate(export.Syslog, UriKind.Absolute, out var syslog)
                || syslog.Scheme is not ("udp" or "tcp" or "tls") || syslog.Port <= 0))
        {
            errors.Add("Audit:Export:Syslog: must be udp://host:port, tcp://host:port or tls://host:port.");
        }

        if (export.Webhook.Length > 0)
        {
            if (!Uri.TryCreate(export.Webhook, UriKind.Absolute, out var webhook)
                || webhook.Scheme is not ("http" or "https"))
            {
                errors.Add("Audit:Export:Webhook: must be an http or https URL.");
            }

            if (!System.IO.File.Exists(export.WebhookSecretFile))
            {
                errors.Add("Audit:Export:WebhookSecretFile: there is no such file; it holds whsec_ and 24 to 64 bytes "
                    + "as base64.");
            }
        }
    }

    private static void Range(List<string> errors, string name, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: must be {low} to {high}."));
        }
    }
}
