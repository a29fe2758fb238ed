using System.Net;
using Appliance.Factors;

namespace Appliance.Server.Options;

/// <summary>The rules of <see cref="NotifySettings"/>.</summary>
internal static class NotifyRules
{
    private const int MostSenderLetters = 11;

    public static void Check(NotifySettings notify, List<string> errors)
    {
        OneOf(errors, "Notify:Email", notify.Email, "smtp", "webhook", "spool", "none");
        OneOf(errors, "Notify:Sms", notify.Sms, "webhook", "spool", "none");
        Range(errors, "Notify:SmtpPort", notify.SmtpPort, 1, 65_535);
        Range(errors, "Notify:Concurrency", notify.Concurrency, 1, 64);
        Range(errors, "Notify:TimeoutSeconds", notify.TimeoutSeconds, 1, 120);
        Range(errors, "Notify:MostAttempts", notify.MostAttempts, 1, 1_000);
        Range(errors, "Notify:GiveUpHours", notify.GiveUpHours, 1, 168);
        Range(errors, "Notify:PollSeconds", notify.PollSeconds, 1, 60);
        if (notify.Email == "smtp")
        {
            CheckSmtp(notify, errors);
        }

        if (Uses(notify, "webhook"))
        {
            CheckWebhook(notify, errors);
        }

        if (Uses(notify, "spool") && string.IsNullOrWhiteSpace(notify.SpoolFolder))
        {
            errors.Add("Notify:SpoolFolder: is required; give it a folder that only this service's user may enter.");
        }

        CheckFiles(notify, errors);
    }

    /// <summary>Whether a channel leaves in this way.</summary>
    public static bool Uses(NotifySettings notify, string way) => notify.Email == way || notify.Sms == way;

    /// <summary>Whether a host is this machine.</summary>
    public static bool IsLoopback(string? host)
        => string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host?.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static void CheckSmtp(NotifySettings notify, List<string> errors)
    {
        if (string.IsNullOrWhiteSpace(notify.SmtpHost))
        {
            errors.Add("Notify:SmtpHost: is required; give it the mail server's name.");
        }

        if (ContactRules.CheckEmail(notify.SmtpFrom ?? "") is { } wrong)
        {
            errors.Add($"Notify:SmtpFrom: {wrong}");
        }

        OneOf(errors, "Notify:SmtpTls", notify.SmtpTls, "starttls", "implicit", "none");
        if (notify.SmtpTls == "none" && !IsLoopback(notify.SmtpHost))
        {
            errors.Add("Notify:SmtpTls: none is for a mail server on this machine; use starttls or implicit.");
        }

        if (string.IsNullOrEmpty(notify.SmtpUser) != string.IsNullOrEmpty(notify.SmtpPasswordFile))
        {
            errors.Add("Notify:SmtpUser, Notify:SmtpPasswordFile: set both or none.");
        }
    }

    private static void CheckWebhook(NotifySettings notify, List<string> errors)
    {
        if (!Uri.TryCreate(notify.WebhookUrl, UriKind.Absolute, out var url)
            || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && IsLoopback(url.Host)))
            || url.UserInfo.Length > 0)
        {
            errors.Add("Notify:WebhookUrl: must be an https address without a user; http is for this machine.");
        }

        if (string.IsNullOrEmpty(notify.WebhookSecretFile))
        {
            errors.Add("Notify:WebhookSecretFile: is required; make one: echo whsec_$(openssl rand -base64 32).");
        }

        if (notify.SmsSender is { } sender
            && (sender.Length is 0 or > MostSenderLetters || !sender.All(char.IsAsciiLetterOrDigit)))
        {
            errors.Add("Notify:SmsSender: must have 1 to 11 letters and digits.");
        }
    }

    private static void CheckFiles(NotifySettings notify, List<string> errors)
    {
        foreach (var (name, path) in new[]
        {
            ("Notify:WebhookSecretFile", notify.WebhookSecretFile),
            ("Notify:SmtpPasswordFile", notify.SmtpPasswordFile),
            ("Notify:CertificateAuthorities", notify.CertificateAuthorities),
        })
        {
            if (!string.IsNullOrEmpty(path) && !File.Exists(path))
            {
                errors.Add($"{name}: there is no file {path}.");
            }
        }

        if (!string.IsNullOrEmpty(notify.Templates) && !Directory.Exists(notify.Templates))
        {
            errors.Add($"Notify:Templates: there is no folder {notify.Templates}.");
        }
    }

    private static void OneOf(List<string> errors, string name, string? value, params string[] all)
    {
        if (!all.Contains(value, StringComparer.Ordinal))
        {
            errors.Add($"{name}: must be one of {string.Join(", ", all)}.");
        }
    }

    private static void Range(List<string> errors, string name, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            errors.Add($"{name}: must be {low} to {high}, not {value}.");
        }
    }
}
