using Appliance.Server.Hosting;
using Appliance.Server.Options;

namespace Appliance.Server.Commands.Checks;

/// <summary>Messages have templates and ways out; secrets lie in files that only their owner reads.</summary>
internal static class NotifyChecks
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite;

    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(10);

    public static async Task ExamineAsync(CheckList list, ApplianceOptions options, TimeProvider time)
    {
        if (list.Try("templates", () => Notifying.LoadTemplates(options)) is { } templates)
        {
            list.Ok("templates", $"complete in {string.Join(", ", templates.Languages)}");
        }

        Examine(list, "e-mail", options.Notify.Email, options, time);
        Examine(list, "SMS", options.Notify.Sms, options, time);
        foreach (var file in new[] { options.Notify.WebhookSecretFile, options.Notify.SmtpPasswordFile })
        {
            if (!string.IsNullOrEmpty(file) && !OperatingSystem.IsWindows()
                && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
            {
                list.Warn("messages", $"{file} holds a secret and others than its owner may read it (chmod 600).");
            }
        }

        if (options.Notify.Email == "smtp")
        {
            await ProbeAsync(list, options, time).ConfigureAwait(false);
        }
    }

    private static void Examine(
        CheckList list, string channel, string way, ApplianceOptions options, TimeProvider time)
    {
        switch (way)
        {
            case "none":
                // Right where signers sign by an authenticator and operators hand everything out themselves.
                list.Ok(channel, "nothing is sent: no way out is set (Notify)");
                break;
            case "spool":
                list.Warn(channel, $"Messages go as files to {options.Notify.SpoolFolder}: for development and tests.");
                break;
            default:
                if (list.Try(channel, () => Notifying.Create(way, options, time)) is { } made)
                {
                    made.Dispose();
                    list.Ok(channel, $"by {way}");
                }

                break;
        }
    }

    private static async Task ProbeAsync(CheckList list, ApplianceOptions options, TimeProvider time)
    {
        using var smtp = Notifying.CreateSmtp(options, time);
        using var end = new CancellationTokenSource(s_probe, time);
        string? fault;
        try
        {
            fault = await smtp.ProbeAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            fault = "timeout";
        }

        var server = $"{options.Notify.SmtpHost}:{options.Notify.SmtpPort}";
        if (fault is null)
        {
            list.Ok("mail server", $"{server} takes our mail");
        }
        else
        {
            list.Warn("mail server", $"{server} does not take our mail ({fault}); e-mails wait.");
        }
    }
}
