using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests.Issuing;

[Collection(SharedTokens.Name)]
public sealed class TimestampMetricsTests(SoftHsm hsm) : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _values = new(StringComparer.Ordinal);

    [Fact]
    public async Task Stamps_are_counted_by_unit_and_by_what_became_of_them()
    {
        await using var authority = new Authorities(hsm);
        Listen(authority);
        Assert.True((await authority.StampAsync(Request())).IsGranted);
        Assert.True((await authority.StampAsync(Request())).IsGranted);
        Assert.False((await authority.StampAsync([0x30, 0x00])).IsGranted);
        authority.Clocks.Step(TimeSpan.FromSeconds(5));
        Assert.False((await authority.StampAsync(Request())).IsGranted);

        Assert.Equal(2, _values["tsa.stamps unit granted"]);
        Assert.Equal(1, _values["tsa.stamps unit bad_data_format"]);
        Assert.Equal(1, _values["tsa.stamps unit time_not_available"]);
    }

    [Fact]
    public async Task The_clock_and_the_units_can_be_read_at_any_time()
    {
        await using var authority = new Authorities(hsm);
        authority.Clocks.Servers["a"] = (TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(20), default);
        Listen(authority);
        await authority.Watch.PollAsync(TestContext.Current.CancellationToken);
        _listener.RecordObservableInstruments();

        Assert.Equal(1, _values["tsa.unit.trusted unit"]);
        Assert.Equal(authority.Unit.UsableTo.ToUnixTimeSeconds(), _values["tsa.unit.certificate.end unit"]);
        Assert.Equal(0, _values["tsa.clock.drift"]);
        Assert.Equal(1, _values["tsa.clock.source.trusted operator"]);
        Assert.Equal(0.01, _values["tsa.clock.source.bound kernel"]);
        Assert.Equal(SetClocks.Beginning.AddYears(1).ToUnixTimeSeconds(), _values["tsa.clock.assertion.end"]);
        Assert.Equal(0.003, _values["tsa.clock.ntp.offset a:123"]);
        Assert.Equal(1, _values["tsa.clock.ntp.usable a:123"]);

        authority.Clocks.Step(TimeSpan.FromSeconds(5));
        authority.Clocks.Advance(TimeSpan.FromSeconds(1));
        authority.Watch.Check();
        _listener.RecordObservableInstruments();
        Assert.Equal(0, _values["tsa.unit.trusted unit"]);
        Assert.Equal(5, _values["tsa.clock.drift"]);
        Assert.Equal(0, _values["tsa.clock.source.trusted operator"]);
        Assert.Equal(0, _values["tsa.clock.assertion.end"]);
    }

    public void Dispose() => _listener.Dispose();

    private static byte[] Request()
        => TimestampRequest.Create(HashAlgorithmName.SHA256, RandomNumberGenerator.GetBytes(32));

    /// <summary>To the instruments of one authority: others run beside it in this process.</summary>
    private void Listen(Authorities authority)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, authority.Metrics.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _)
            => _values.AddOrUpdate(NameOf(instrument, tags), value, (_, before) => before + value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _)
            => _values[NameOf(instrument, tags)] = value);
        _listener.Start();
    }

    private static string NameOf(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var tag in tags)
        {
            name += $" {tag.Value}";
        }

        return name;
    }
}
