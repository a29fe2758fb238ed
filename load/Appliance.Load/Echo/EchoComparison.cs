using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Load.Http2;
using Google.Protobuf;

namespace Appliance.Load.Echo;

/// <summary>
/// What Appliance.Grpc costs over a bare Kestrel HTTP/2 endpoint: 100-byte messages, rounds that alternate, medians,
/// one JSON line per row. The last row drives the same server by HttpClient, to tell what the lean client saves.
/// </summary>
internal static class EchoComparison
{
    private const int Rounds = 5;
    private const int MessageBytes = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        var inFlight = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50;
        var seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 2;
        var message = new EchoMessage { Payload = ByteString.CopyFrom(new byte[MessageBytes - 2]) };
        using var server = await EchoProcess.StartAsync();

        (string Name, Func<TimeSpan, Task<long>> Drive)[] cases =
        [
            ("bare", duration => LeanAsync(server.BarePort, EchoServer.BarePath, inFlight, message, duration)),
            ("grpc", duration => LeanAsync(server.GrpcPort, EchoServer.GrpcPath, inFlight, message, duration)),
            ("grpc-async",
                duration => LeanAsync(server.GrpcPort, EchoServer.GrpcAsyncPath, inFlight, message, duration)),
            ("grpc-httpclient", duration => HttpClientAsync(server.GrpcPort, inFlight, message, duration)),
        ];
        var results = cases.ToDictionary(item => item.Name, _ => new List<EchoRound>(), StringComparer.Ordinal);
        for (var round = -1; round < Rounds; round++)
        {
            foreach (var (name, drive) in cases)
            {
                var result = await MeasureAsync(server, drive, TimeSpan.FromSeconds(seconds));
                if (round >= 0) // the first round warms up
                {
                    results[name].Add(result);
                }
            }
        }

        var bare = Median(results["bare"], item => item.CallsPerSecond);
        foreach (var (name, rounds) in results)
        {
            var rate = Median(rounds, item => item.CallsPerSecond);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                @case = name,
                callsPerSecond = Math.Round(rate),
                ratioToBare = Math.Round(rate / bare, 3),
                serverCpuUs = Math.Round(Median(rounds, item => item.ServerCpuUs), 2),
                clientCpuUs = Math.Round(Median(rounds, item => item.ClientCpuUs), 2),
                serverBytesPerCall = Math.Round(Median(rounds, item => item.ServerBytes)),
            }));
        }

        return 0;
    }

    private static async Task<EchoRound> MeasureAsync(
        EchoProcess server, Func<TimeSpan, Task<long>> drive, TimeSpan duration)
    {
        var before = await server.UsageAsync();
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var calls = await drive(duration);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var clientCpu = Environment.CpuUsage.TotalTime - cpu;
        var after = await server.UsageAsync();
        return new EchoRound(
            calls / elapsed.TotalSeconds,
            TimeSpan.FromTicks(after.CpuTicks - before.CpuTicks).TotalMicroseconds / calls,
            clientCpu.TotalMicroseconds / calls,
            (double)(after.AllocatedBytes - before.AllocatedBytes) / calls);
    }

    private static async Task<long> LeanAsync(
        int port, string path, int inFlight, EchoMessage message, TimeSpan duration)
    {
        using var connection = LeanConnection.Connect(new IPEndPoint(IPAddress.Loopback, port), path, []);
        var workload = new EchoWorkload(
            message.ToByteArray(), duration, string.Equals(path, EchoServer.BarePath, StringComparison.Ordinal));
        await connection.RunAsync(inFlight, workload);
        return workload.Failures == 0
            ? workload.Calls
            : throw new InvalidOperationException("Some calls failed or gave other bytes back.");
    }

    private static async Task<long> HttpClientAsync(int port, int inFlight, EchoMessage message, TimeSpan duration)
    {
        using var channel = new GrpcChannel(new UriBuilder("http", "127.0.0.1", port).Uri);
        var method = EchoReflection.Descriptor.Services[0].FindMethodByName("Unary");
        var start = Stopwatch.GetTimestamp();
        var calls = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            long done = 0;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await channel.UnaryAsync<EchoMessage, EchoMessage>(method, message);
                done++;
            }

            return done;
        }));
        return calls.Sum();
    }

    private static double Median(List<EchoRound> rounds, Func<EchoRound, double> value)
        => rounds.Select(value).Order().ElementAt(rounds.Count / 2);
}
