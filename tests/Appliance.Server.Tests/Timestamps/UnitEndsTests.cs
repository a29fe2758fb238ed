using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Server.Tests.Hosting;
using Appliance.Server.Timestamps;
using Appliance.Timestamping;
using Microsoft.Extensions.Logging;

namespace Appliance.Server.Tests.Timestamps;

public sealed class UnitEndsTests : IAsyncDisposable
{
    private static readonly DateTimeOffset s_born = new(2027, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SetTime _time = new(s_born);
    private readonly CountedLog _log = new();
    private readonly ClockWatch _watch;

    public UnitEndsTests() => _watch = new ClockWatch(new ClockWatchOptions(), _time, new LogLines());

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    [Fact]
    public async Task An_end_is_told_at_the_start_and_once_a_day_from_thirty_days_ahead()
    {
        using var near = MakeUnit("near", days: 32);
        using var far = MakeUnit("far", days: 400);
        await using var ends = new UnitEnds([near, far], _time, _log);
        Assert.Equal((0, 0), _log.Count);

        _time.Advance(TimeSpan.FromDays(3));
        _time.RingPeriodic();
        _time.RingPeriodic();
        Assert.Equal((1, 0), _log.Count);

        _time.Advance(TimeSpan.FromDays(1));
        _time.RingPeriodic();
        _time.RingPeriodic();
        Assert.Equal((2, 0), _log.Count);

        await using var another = new UnitEnds([near, far], _time, _log);
        Assert.Equal((3, 0), _log.Count);
        Assert.True(_log.Lines.Contains("unit near"));
        Assert.False(_log.Lines.Contains("unit far"));
    }

    [Fact]
    public async Task That_it_has_come_is_told_on_its_day_and_daily()
    {
        using var near = MakeUnit("near", days: 1);
        await using var ends = new UnitEnds([near], _time, _log);
        Assert.Equal((1, 0), _log.Count);

        _time.Advance(TimeSpan.FromHours(12));
        _time.RingPeriodic();
        Assert.Equal((2, 0), _log.Count);

        _time.Advance(TimeSpan.FromHours(11));
        _time.RingPeriodic();
        Assert.Equal((2, 0), _log.Count);

        // The same day, and the end has come.
        _time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));
        _time.RingPeriodic();
        _time.RingPeriodic();
        Assert.Equal((2, 1), _log.Count);

        _time.Advance(TimeSpan.FromDays(1));
        _time.RingPeriodic();
        Assert.Equal((2, 2), _log.Count);
    }

    private TimestampUnit MakeUnit(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
        using var certificate = request.CreateSelfSigned(s_born.AddDays(-1), s_born.AddDays(days));
        return new TimestampUnit(
            new TimestampUnitOptions { Name = name, DefaultPolicy = "1.2.3" },
            new KeyReference([1], name, key.ExportSubjectPublicKeyInfo()),
            [certificate],
            _watch);
    }

    /// <summary>How often was warned, and how often was told of an end.</summary>
    private sealed class CountedLog : ILogger
    {
        public LogLines Lines { get; } = new();

        public (int Warnings, int Errors) Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            Count = (
                Count.Warnings + (logLevel == LogLevel.Warning ? 1 : 0),
                Count.Errors + (logLevel == LogLevel.Error ? 1 : 0));
            Lines.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
