using Appliance.Ledger;
using Appliance.Server.Admin;
using Appliance.Server.Auditing;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;
using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>
/// `appliance serve`: composes, listens, and stops in order. A stop takes no new work, finishes what is in flight
/// (Limits:DrainSeconds), then closes the sessions, then flushes the ledger.
/// </summary>
internal static partial class ApplianceHost
{
    /// <summary>Serves until SIGTERM, SIGINT or the token says stop.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="readyFile">Written once calls are answered: <see cref="ReadyFile"/>; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops in good order.</param>
    public static async Task RunAsync(
        ApplianceOptions options, string? readyFile, TimeProvider time, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        ConfigureLogging(builder.Logging, options.Log);
        builder.Services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.Limits.DrainSeconds));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        using var peers = new PeerDesk(options.Listen, time);
        builder.WebHost.ConfigureKestrel(kestrel => KestrelSetup.Configure(kestrel, options, peers));

        await using var app = builder.Build();
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        var logger = loggers.CreateLogger("Appliance.Server");
        using var node = Stores.LockNode(options.Store);
        await using var composition = Composition.Open(options, time, loggers);
        await StartChecks.DemandDurabilityAsync(composition, cancellationToken);
        await using var parts = await SigningParts.StartAsync(composition, options, loggers, cancellationToken);
        await using var notifying = Notifying.Start(composition, options, loggers);
        await using var sweeper = Sweeps.Start(composition, options, loggers);
        await using var claims = peers.StartAudit(composition.Loop, time, logger);
        await using var timestamps = TimestampParts.Start(composition, parts, options.Timestamping, loggers);
        await using var audit = AuditKeeper.Start(composition, parts.Slots, timestamps, options, loggers);
        using var wires = new Wires(parts, timestamps, options, peers, time, loggers);
        app.Lifetime.ApplicationStopping.Register(wires.Drain);
        app.Run(wires.HandleAsync);
        var live = new LiveAppliance(composition, parts, audit, () => wires.CallsInFlight, time.GetUtcNow())
        {
            Notifier = notifying.Notifier,
            Timestamps = timestamps,
        };
        await using var admin = AdminServer.Start(live, AdminSocketPath.Of(options), options.Admin.Group, logger);
        var grace = TimeSpan.FromSeconds(options.Limits.DrainSeconds) * Wires.GraceShare;
        app.Lifetime.ApplicationStopping.Register(() => admin?.Drain(grace));

        await composition.RecordAsync(AuditEvent.NodeStarted, cancellationToken);
        await app.StartAsync(cancellationToken);
        var ready = ReadyFile.Describe(app, options.Listen);
        ReadyFile.Write(readyFile, ready);
        Log.Serving(logger, ready.Rest, ready.Grpc, parts.Slots.Dispatch.ToString());
        try
        {
            await app.WaitForShutdownAsync(cancellationToken);
        }
        finally
        {
            ReadyFile.Delete(readyFile);
            await (admin?.DisposeAsync() ?? ValueTask.CompletedTask);
            await StopAsync(composition, logger);
            await audit.StopAsync();
        }
    }

    /// <summary>A store that is away keeps nobody from stopping.</summary>
    private static async Task StopAsync(Composition composition, ILogger logger)
    {
        try
        {
            await composition.RecordAsync(AuditEvent.NodeStopped, CancellationToken.None);
        }
        catch (StoreException error)
        {
            Log.StopNotRecorded(logger, error.Message);
        }

        Log.Stopped(logger);
    }

    private static void ConfigureLogging(ILoggingBuilder logging, LogSettings settings)
    {
        // The framework's own line per request would cost more than the signature; asked for details, it may speak.
        var level = Enum.Parse<LogLevel>(settings.Level, ignoreCase: true);
        logging.SetMinimumLevel(level);
        if (level >= LogLevel.Information)
        {
            logging.AddFilter("Microsoft", LogLevel.Warning);
        }
        else
        {
            // At no level what a client put where it does not belong: the path with its query, and the piece of a
            // malformed request line or header at which Kestrel stopped, may be a token or a SAD.
            logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
            logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning);
            logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", level);
            logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", level);
            logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Transport", level);
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
    }

    private static partial class Log
    {
        [LoggerMessage(8000, LogLevel.Information, "Serving REST at {Rest} and gRPC at {Grpc}; signing by {Dispatch}.")]
        public static partial void Serving(ILogger logger, string rest, string grpc, string dispatch);

        [LoggerMessage(8001, LogLevel.Information, "Nothing is in flight; closing the sessions and the store.")]
        public static partial void Stopped(ILogger logger);

        [LoggerMessage(8002, LogLevel.Error, "That this node stops is missing from the audit trail: {Error}")]
        public static partial void StopNotRecorded(ILogger logger, string error);
    }
}
