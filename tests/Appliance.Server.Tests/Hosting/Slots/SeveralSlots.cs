using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Server.Tests.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Appliance.Server.Tests.Hosting.Slots;

/// <summary>An installation whose group has a second slot: another token, with a PIN file of its own.</summary>
internal sealed class SeveralSlots : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;
    private Composition? _composition;
    private SigningParts? _parts;

    public SeveralSlots()
    {
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        Restore(SecondPin);
    }

    public Installation Installation { get; } = new();

    public string SecondToken { get; } = SoftHsmTokens.Take();

    public string FirstPin => Installation.PathOf("pin");

    public string SecondPin => Installation.PathOf("second-pin");

    public LogLines Log { get; } = new();

    public Composition Composition => _composition!;

    public SigningParts Parts => _parts!;

    /// <summary>Without its PIN a slot does not open: it stands for a token that is absent.</summary>
    public static void TakeAway(string pin) => File.Delete(pin);

    public static void Restore(string pin) => File.WriteAllText(pin, SoftHsmTokens.Pin);

    /// <summary>A command on both slots.</summary>
    public Task<CommandOutcome> RunAsync(string arguments, string input = "")
        => Installation.RunAsync(
            [.. arguments.Split(' '), .. Settings().SelectMany(s => new[] { "--set", $"{s.Key}={s.Value}" })], input);

    /// <summary>Root key, signer Ioana and a P-256 credential, all on the first slot.</summary>
    public async Task PrepareAsync()
    {
        (await RunAsync("init")).Succeeded();
        (await RunAsync("signer add --user ioana --name Ioana", "a long enough password")).Succeeded();
        (await RunAsync("credential create --user ioana --algorithm P-256")).Succeeded();
    }

    /// <summary>As a server starts.</summary>
    public async Task StartAsync()
    {
        var options = OptionsReader.Read(new ConfigurationBuilder()
            .AddJsonFile(Installation.PathOf("appliance.json")).AddInMemoryCollection(Settings()).Build());
        _composition = Composition.Open(options, TimeProvider.System, _loggers);
        _parts = await SigningParts.StartAsync(_composition, options, _loggers, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await (_parts?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_composition?.DisposeAsync() ?? ValueTask.CompletedTask);
        _loggers.Dispose();
        Installation.Dispose();
    }

    private IEnumerable<KeyValuePair<string, string?>> Settings() =>
    [
        new("Slots:second:Module", SoftHsmTokens.Library),
        new("Slots:second:Token", SecondToken),
        new("Slots:second:PinFile", SecondPin),
    ];
}
