using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Auditing;

/// <summary>What a server does for its audit trail: seals it by the token's key, and exports it.</summary>
internal sealed partial class AuditKeeper : IAsyncDisposable
{
    /// <summary>A token that hangs must not keep a server from stopping.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Composition _composition;
    private readonly SlotGroup _slots;
    private readonly ILogger _logger;
    private AuditSealKey? _key;

    private AuditKeeper(
        Composition composition, SlotGroup slots, ApplianceOptions options, ILoggerFactory loggers)
    {
        _composition = composition;
        _slots = slots;
        _logger = loggers.CreateLogger<AuditKeeper>();
        var memory = composition.SealMemory;
        Sealer = new AuditSealer(
            composition.Loop,
            SignAsync,
            new AuditSealerOptions
            {
                Interval = TimeSpan.FromSeconds(options.Audit.SealSeconds),
                Stored = seal => SealMemory.Write(memory, seal),
            },
            composition.Time,
            loggers.CreateLogger<AuditSealer>());
    }

    public AuditSealer Sealer { get; }

    public static AuditKeeper Start(
        Composition composition, SlotGroup slots, ApplianceOptions options, ILoggerFactory loggers)
        => new(composition, slots, options, loggers);

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
        await Sealer.DisposeAsync();
        _key?.Dispose();
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
        [LoggerMessage(8060, LogLevel.Warning, "The audit trail's end is not sealed; the next start does it: {Error}")]
        public static partial void NotSealed(ILogger logger, string error);
    }
}
