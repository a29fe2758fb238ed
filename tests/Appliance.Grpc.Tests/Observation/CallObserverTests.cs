using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Support;

namespace Appliance.Grpc.Tests.Observation;

public sealed class CallObserverTests
{
    [Fact]
    public async Task Every_call_is_measured_and_logged_without_its_contents()
    {
        var token = TestContext.Current.CancellationToken;
        var seen = new ConcurrentQueue<(string Name, double Value, string Method, string? Status)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (string.Equals(instrument.Meter.Name, "Appliance.Grpc", StringComparison.Ordinal))
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        // A payload size of its own: other tests' servers measure into the same listener.
        await using var server = await TestServer.StartAsync();
        var request = RawCall.Request("echo", new byte[7_777], "private words");
        await new RawCall { Parts = [RawCall.Frame(request)] }.SendAsync(server, token);
        await new RawCall { Path = "/hostile/path" }.SendAsync(server, token);

        server.Handlers.Exchange = async (requests, responses, call) =>
        {
            while (await requests.ReadAsync(call.CancellationToken) is not null)
            {
                await responses.WriteAsync(new TestResponse());
                await responses.WriteAsync(new TestResponse());
            }
        };
        await using (var stream = RawStream.Open(server, "Exchange", token))
        {
            await stream.SendAsync([.. RawStream.Frame([1]), .. RawStream.Frame([2]), .. RawStream.Frame([3])]);
            await stream.CloseAsync();
            Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
        }

        const string Exchange = "appliance.test.Behaviours/Exchange";
        Assert.Contains(seen, item => item is ("rpc.server.call.duration", > 0, Exchange, "OK"));
        Assert.Contains(seen, item => item is ("rpc.server.request.messages", 3, Exchange, _));
        Assert.Contains(seen, item => item is ("rpc.server.response.messages", 6, Exchange, _));
        Assert.Contains(seen, item => item is ("rpc.server.active_streams", 1, Exchange, _));
        Assert.Contains(seen, item => item is ("rpc.server.active_streams", -1, Exchange, _));

        const string Method = "appliance.test.Behaviours/Unary";
        Assert.Contains(seen, item => item is ("rpc.server.call.duration", > 0, Method, "OK"));
        Assert.Contains(seen, item => item is ("rpc.server.call.duration", > 0, "unknown", "UNIMPLEMENTED"));
        Assert.Contains(
            seen, item => item is ("rpc.server.request.size", _, Method, _) && item.Value == request.Length);
        Assert.Contains(seen, item => item is ("rpc.server.response.size", > 7_777, Method, _));

        var lines = server.Log.Entries.Where(entry => entry.Id == 7000).Select(entry => entry.Text).ToList();
        Assert.Contains(lines, line => line.StartsWith(Method + " OK in ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("peer 127.0.0.1:", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Log.Entries, entry => entry.Text.Contains("private", StringComparison.Ordinal));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string? method = null;
            string? status = null;
            foreach (var (key, tag) in tags)
            {
                method = string.Equals(key, "rpc.method", StringComparison.Ordinal) ? (string)tag! : method;
                status = key.EndsWith("status_code", StringComparison.Ordinal) ? (string)tag! : status;
            }

            seen.Enqueue((instrument.Name, value, method!, status));
        }
    }
}
