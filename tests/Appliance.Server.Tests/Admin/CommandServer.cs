using System.Globalization;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Admin;
using Appliance.Server.Auditing;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Appliance.Server.Tests.Timestamps;
using Appliance.Server.Timestamps;
using Appliance.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Appliance.Server.Tests.Admin;

/// <summary>Serves commands over the admin socket in this process; the test says who is at the other end.</summary>
public sealed class CommandServer : IAsyncLifetime
{
    private ILoggerFactory? _loggers;
    private Composition? _composition;
    private SigningParts? _parts;
    private AuditKeeper? _audit;
    private AdminServer? _server;

    internal Installation Installation { get; } = new();

    internal LogLines Log { get; } = new();

    /// <summary>Who connects, as the kernel would tell.</summary>
    internal OsUser Peer { get; set; } = OsUsers.Current();

    internal Composition Composition => _composition!;

    /// <summary>Time-stamping units of P-256 to make; the first by name is the default one.</summary>
    internal IReadOnlyList<string> Units { get; init; } = [];

    /// <summary>Settings that are not as usual.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> Settings { get; init; } = [];

    internal TimestampParts? Timestamps { get; private set; }

    internal string SocketPath => Installation.StorePath + ".admin";

    public async ValueTask InitializeAsync()
    {
        (await Installation.RunAsync("init")).Succeeded();
        var settings = Settings.ToList();
        foreach (var unit in Units)
        {
            settings.Add((await TsaAppliance.CreateUnitAsync(Installation, unit, "P-256")).Setting);
        }

        settings.Add(TsaAppliance.ClockWord());
        var options = OptionsReader.Read(new ConfigurationBuilder()
            .AddJsonFile(Installation.PathOf("appliance.json")).AddInMemoryCollection(settings).Build());
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        _composition = Composition.Open(options, TimeProvider.System, _loggers);
        _parts = await SigningParts.StartAsync(_composition, options, _loggers, CancellationToken.None);
        Timestamps = TimestampParts.Start(_composition, _parts, options.Timestamping, _loggers);
        _audit = AuditKeeper.Start(_composition, _parts.Slots, Timestamps, options, _loggers);
        _server = AdminServer.Start(
            new LiveAppliance(_composition, _parts, _audit, () => 0, TimeProvider.System.GetUtcNow()),
            AdminSocketPath.Of(options),
            group: null,
            _loggers.CreateLogger("admin"),
            _ => Peer);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _loggers?.Dispose();
        Installation.Dispose();
    }

    /// <summary>Gives the store up.</summary>
    internal async Task CloseAsync()
    {
        await StopAsync();
        if (_audit is { } audit)
        {
            _audit = null;
            await audit.DisposeAsync();
        }

        if (Timestamps is { } timestamps)
        {
            Timestamps = null;
            await timestamps.DisposeAsync();
        }

        if (_parts is { } parts)
        {
            _parts = null;
            await parts.DisposeAsync();
        }

        if (_composition is { } composition)
        {
            _composition = null;
            await composition.DisposeAsync();
        }
    }

    internal async Task StopAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync();
        }
    }

    /// <summary>Somebody with a uid of its own and these roles; none at all makes it no admin.</summary>
    internal async Task<OsUser> AddAsync(string name, AdminRoles roles)
    {
        if (roles != AdminRoles.None)
        {
            var admins = Composition.Admins;
            await WriteAsync(connection => admins.Add(connection, name, roles, OsUsers.Current().Name));
        }

        return new OsUser(70_000, name);
    }

    internal ValueTask<T> WriteAsync<T>(Func<StoreConnection, T> write)
        => Composition.Loop.WriteAsync(write, TestContext.Current.CancellationToken);

    internal Task<CommandOutcome> RunAsync(string arguments, string input = "")
        => Installation.RunAsync(arguments, input);

    internal Task<CommandOutcome> RunAsync(OsUser peer, string arguments)
    {
        Peer = peer;
        return Installation.RunAsync(arguments);
    }

    internal IReadOnlyList<AuditEntry> Audit(AuditEvent wanted)
        => Composition.Store.Read(connection => AuditTrail.Read(connection, new AuditQuery { Event = wanted }));

    /// <summary>What the audit trail says about refused commands: who, and what.</summary>
    internal IEnumerable<string> Refusals()
        => Audit(AuditEvent.AdminRefused).Select(entry => string.Create(
            CultureInfo.InvariantCulture, $"{entry.Record.Actor}: {entry.Record.Detail} ({entry.Record.Outcome})"));
}
