using System.Security.Cryptography.X509Certificates;
using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Server.Options;
using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>The delivery of messages to signers, put together from the settings.</summary>
internal sealed class Notifying : IAsyncDisposable
{
    private readonly List<NoticeTransport> _transports;
    private readonly Notices _notices;

    private Notifying(Notifier notifier, Notices notices, List<NoticeTransport> transports)
    {
        Notifier = notifier;
        _notices = notices;
        _transports = transports;
    }

    public Notifier Notifier { get; }

    /// <summary>Reads the templates, opens the ways out, and begins to deliver.</summary>
    /// <exception cref="OptionsException">Something cannot be used; all of it is told.</exception>
    public static Notifying Start(Composition composition, ApplianceOptions options, ILoggerFactory loggers)
    {
        var settings = options.Notify;
        var templates = LoadTemplates(options);
        var transports = new Dictionary<string, NoticeTransport>(StringComparer.Ordinal);
        try
        {
            var ways = new Dictionary<NoticeChannel, NoticeTransport>();
            foreach (var (channel, way) in new[]
            {
                (NoticeChannel.Email, settings.Email), (NoticeChannel.Sms, settings.Sms),
            })
            {
                if (way != "none")
                {
                    // Channels that leave by one way share it, and their order.
                    ways[channel] = transports.TryGetValue(way, out var made)
                        ? made
                        : transports[way] = Create(way, options, composition.Time);
                }
            }

            var notifier = new Notifier(
                composition.Store,
                (work, cancellationToken) => WriteAsync(composition.Loop, work, cancellationToken),
                composition.Notices,
                templates,
                ways,
                Describe(options),
                (connection, report) => Record(connection, report, composition.Time),
                composition.Time,
                loggers.CreateLogger<Notifier>());
            composition.Notices.Enqueued = notifier.Wake;
            notifier.Start();
            return new Notifying(notifier, composition.Notices, [.. transports.Values]);
        }
        catch
        {
            transports.Values.ToList().ForEach(transport => transport.Dispose());
            throw;
        }
    }

    /// <exception cref="OptionsException">They are not in order; all that is wrong is told.</exception>
    public static NoticeTemplates LoadTemplates(ApplianceOptions options)
    {
        try
        {
            var folder = string.IsNullOrEmpty(options.Notify.Templates) ? null : options.Notify.Templates;
            return NoticeTemplates.Load(options.Info.Name, options.Factors.LinkUrl, folder);
        }
        catch (FormatException error)
        {
            throw new OptionsException(
                [.. error.Message.Split(Environment.NewLine).Select(line => $"Notify:Templates: {line}")]);
        }
    }

    /// <summary>A way out by its name in the settings.</summary>
    /// <exception cref="OptionsException">It cannot be used.</exception>
    public static NoticeTransport Create(string way, ApplianceOptions options, TimeProvider time)
    {
        var settings = options.Notify;
        try
        {
            switch (way)
            {
                case "spool":
                    return new SpoolTransport(settings.SpoolFolder!);
                case "smtp":
                    return CreateSmtp(options, time);
                default:
                    var file = settings.WebhookSecretFile!;
                    _ = WebhookTransport.ReadSecrets(file);
                    return new WebhookTransport(
                        new WebhookOptions
                        {
                            Url = new Uri(settings.WebhookUrl!),
                            Secrets = () => WebhookTransport.ReadSecrets(file),
                            SmsSender = settings.SmsSender,
                            TrustedRoots = Roots(settings),
                        },
                        time);
            }
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new OptionsException([$"Notify: {way}: {error.Message}"]);
        }
    }

    /// <summary>Takes nothing more, finishes what is in delivery, closes the ways out.</summary>
    public async ValueTask DisposeAsync()
    {
        _notices.Enqueued = null;
        await Notifier.DisposeAsync();
        _transports.ForEach(transport => transport.Dispose());
    }

    public static SmtpTransport CreateSmtp(ApplianceOptions options, TimeProvider time)
    {
        var settings = options.Notify;
        var file = settings.SmtpPasswordFile;
        return new SmtpTransport(
            new SmtpOptions
            {
                Host = settings.SmtpHost!,
                Port = settings.SmtpPort,
                Tls = settings.SmtpTls switch
                {
                    "implicit" => SmtpTls.Implicit,
                    "none" => SmtpTls.None,
                    _ => SmtpTls.StartTls,
                },
                From = settings.SmtpFrom!,
                FromName = options.Info.Name,
                User = string.IsNullOrEmpty(settings.SmtpUser) ? null : settings.SmtpUser,
                Password = () => File.ReadLines(file!).FirstOrDefault() ?? "",
                TrustedRoots = Roots(settings),
            },
            time);
    }

    private static X509Certificate2Collection? Roots(NotifySettings settings)
    {
        if (string.IsNullOrEmpty(settings.CertificateAuthorities))
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(settings.CertificateAuthorities);
        return roots;
    }

    private static NotifierOptions Describe(ApplianceOptions options) => new()
    {
        Poll = TimeSpan.FromSeconds(options.Notify.PollSeconds),
        Concurrency = options.Notify.Concurrency,
        Timeout = TimeSpan.FromSeconds(options.Notify.TimeoutSeconds),
        Grace = TimeSpan.FromSeconds(options.Limits.DrainSeconds) / 2,
        MostAttempts = options.Notify.MostAttempts,
        GiveUpAfter = TimeSpan.FromHours(options.Notify.GiveUpHours),
    };

    private static async Task WriteAsync(
        CommitLoop loop, Action<StoreConnection> work, CancellationToken cancellationToken)
        => await loop.WriteAsync(
            connection =>
            {
                work(connection);
                return true;
            },
            cancellationToken);

    private static void Record(StoreConnection connection, NoticeReport report, TimeProvider time)
    {
        var record = new AuditRecord
        {
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = report.IsDelivered ? AuditEvent.NoticeDelivered : AuditEvent.NoticeFailed,
            Outcome = report.IsDelivered ? AuditOutcome.Ok : AuditOutcome.Failed,
            SignerId = report.SignerId,
            RequestId = report.Id,
            Count = report.Attempts,
            Detail = report.Detail,
        };
        AuditTrail.Append(connection, record);
        if (!report.IsGenuine)
        {
            AuditTrail.Append(connection, record with { Event = AuditEvent.TamperDetected, Detail = "message" });
        }
    }
}
