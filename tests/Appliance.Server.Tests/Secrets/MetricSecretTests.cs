using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Appliance.Server.Hosting;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Secrets;

/// <summary>Every instrument of the process, ours and the platform's: no tag holds a secret.</summary>
public sealed class MetricSecretTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    [Fact]
    public async Task No_metric_holds_a_secret()
    {
        var seen = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal);
        using var listener = Listen(seen);
        var search = new SecretSearch();
        var ready = new ReadyDocument(
            appliance.Rest.BaseAddress!.AbsoluteUri, appliance.GrpcAddress.AbsoluteUri, Environment.ProcessId);
        using var scenario = new SecretScenario(ready, appliance.Ioana, appliance.Time.GetUtcNow, search)
        {
            Credential = 1,
        };
        appliance.Time.Advance(TimeSpan.FromSeconds(30));
        await scenario.PlayAsync();
        listener.RecordObservableInstruments();

        Assert.Contains(seen.Keys, line => line.Contains("rpc.server", StringComparison.Ordinal));
        Assert.Empty(search.Find("the metrics", Encoding.UTF8.GetBytes(string.Join('\n', seen.Keys))));
    }

    private static MeterListener Listen(ConcurrentDictionary<string, byte> seen)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, own) => own.EnableMeasurementEvents(instrument),
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(seen, instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(seen, instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(seen, instrument, tags));
        listener.Start();
        return listener;
    }

    private static void Note(
        ConcurrentDictionary<string, byte> seen,
        Instrument instrument,
        ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var line = new StringBuilder(instrument.Name);
        foreach (var (key, value) in tags)
        {
            line.Append(' ').Append(key).Append('=').Append(value);
        }

        // What the client of this test tells of itself is not the server's.
        if (!instrument.Name.StartsWith("http.client", StringComparison.Ordinal))
        {
            seen.TryAdd(line.ToString(), 0);
        }
    }
}
