using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Auditing;

/// <summary>
/// What a server does for its audit trail: seals it by the token's key, with a time stamp where there are units, and
/// exports it. It ends before the units do.
/// </summary>
internal sealed partial class AuditKeeper : IAsyncDisposable
{
    /// <summary>A token that hangs must not keep a server from stopping.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_removalPeriod = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _removing = new(1, 1);
    private readonly ITimer? _timer;
    private readonly int _retention;
    private readonly Composition _composition;
    private readonly SlotGroup _slots;
    private readonly ILogger _logger;
    private AuditSealKey? _key;

    private AuditKeeper(
        Composition composition,
        SlotGroup slots,
        TimestampParts? timestamps,
        ApplianceOptions options,
        ILoggerFactory loggers)
    {
        _composition = composition;
        _slots = slots;
        _logger = loggers.CreateLogger<AuditKeeper>();
        var memory = composition.SealMemory;
        var stamper = SealStamper.For(timestamps, options.Audit, composition.Time);
        Sealer = new AuditSealer(
            composition.Loop,
            SignAsync,
            new AuditSealerOptions
            {
                Interval = TimeSpan.FromSeconds(options.Audit.SealSeconds),
                Timestamp = stamper is null ? null : stamper.StampAsync,
                Stored = seal => SealMemory.Write(memory, seal),
            },
            composition.Time,
            loggers.CreateLogger<AuditSealer>());
        Exports =
        [
            .. Sinks(options.Audit.Export, composition.Time).Select(sink => new AuditExporter(
                sink, composition.Loop, composition.Store, options.Store.Node, composition.Time, _logger)),
        ];
        _retention = options.Audit.RetentionDays;
        if (_retention > 0)
        {
            _timer = composition.Time.CreateTimer(
                static state => _ = ((AuditKeeper)state!).RemoveOldAsync(), this, s_removalPeriod, s_removalPeriod);
        }
    }

    public AuditSealer Sealer { get; }

    /// <summary>The continuous exports that are set.</summary>
    public IReadOnlyList<AuditExporter> Exports { get; }

    public static AuditKeeper Start(
        Composition composition,
        SlotGroup slots,
        TimestampParts? timestamps,
        ApplianceOptions options,
        ILoggerFactory loggers)
        => new(composition, slots, timestamps, options, loggers);

    /// <summary>The last seal of this run: behind it come the records that end its chains.</summary>
    public async Task StopAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(s_patience, _composition.Time);
            await Sealer.SealAsync(patience.Token);
        }
        catch (Exception error)
            when (error is AuditSealException or StoreException or LedgerOverloadedException
                or OperationCanceledException or ObjectDisposedException)
        {
            Log.NotSealed(_logger, error.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        foreach (var export in Exports)
        {
            await export.DisposeAsync();
        }

        await _removing.WaitAsync(CancellationToken.None);
        await Sealer.DisposeAsync();
        _removing.Dispose();
        _stop.Dispose();
        _key?.Dispose();
    }

    private static IEnumerable<IAuditSink> Sinks(AuditExportSettings settings, TimeProvider time)
    {
        if (settings.File.Length > 0)
        {
            yield return new FileSink(settings.File, settings.FileMegabytes * 1024L * 1024L, time);
        }

        if (settings.Syslog.Length > 0)
        {
            yield return new SyslogSink(new Uri(settings.Syslog));
        }

        if (settings.Webhook.Length > 0)
        {
            yield return new WebhookSink(new Uri(settings.Webhook), settings.WebhookSecretFile, time);
        }
    }

    /// <summary>What an export has not taken yet stays, however old.</summary>
    private async Task RemoveOldAsync()
    {
        if (!await _removing.WaitAsync(0, CancellationToken.None))
        {
            return;
        }

        try
        {
            var now = _composition.Time.GetUtcNow();
            var removal = await AuditRetention.RemoveAsync(
                _composition.Loop,
                now.AddDays(-_retention).ToUnixTimeMilliseconds(),
                [.. Exports.Select(export => export.Name)],
                actor: null,
                now.ToUnixTimeMilliseconds(),
                _stop.Token);
            if (removal.Records > 0)
            {
                Log.Removed(_logger, removal.Records);
            }
        }
        catch (Exception error) when (error is StoreException or LedgerOverloadedException
            or OperationCanceledException or ObjectDisposedException)
        {
            Log.NotRemoved(_logger, error.Message);
        }
        finally
        {
            _removing.Release();
        }
    }

    /// <summary>An older installation gets its key now.</summary>
    private async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellationToken)
    {
        try
        {
            _key ??= await AuditSealKey.EnsureAsync(
                _composition.Loop,
                _composition.Store,
                _composition.Token,
                _composition.SealKeyMac,
                _composition.Time,
                actor: null,
                cancellationToken);
        }
        catch (Exception error) when (error is Pkcs11Exception or RootKeyException or InvalidOperationException
            && error is not ObjectDisposedException)
        {
            throw new AuditSealException(error.Message, error);
        }

        return await _key.SignAsync(_slots, hash, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(8063, LogLevel.Information, "Removed {Records} audit records whose retention has ended.")]
        public static partial void Removed(ILogger logger, long records);

        [LoggerMessage(8064, LogLevel.Warning, "Old audit records are removed at another time: {Error}")]
        public static partial void NotRemoved(ILogger logger, string error);

        [LoggerMessage(8060, LogLevel.Warning, "The audit trail's end is not sealed; the next start does it: {Error}")]
        public static partial void NotSealed(ILogger logger, string error);
    }
}
