using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>The continuous exports of the real process, which is killed in between.</summary>
public sealed partial class AuditExportTests : IDisposable
{
    private readonly Installation _installation = new();

    [Fact]
    public async Task Every_record_arrives_in_the_order_of_its_chain_although_the_server_is_killed()
    {
        await _installation.SetUpAsync();
        using var syslog = new TcpListener(IPAddress.Loopback, 0);
        syslog.Start();
        using var webhook = new HttpListener();
        webhook.Prefixes.Add($"http://127.0.0.1:{FreePort()}/");
        webhook.Start();
        var (messages, batches) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var secret = RandomNumberGenerator.GetBytes(32);
        var listening = ListenAsync(syslog, messages);
        var answering = AnswerAsync(webhook, secret, batches);
        var file = _installation.PathOf("audit.jsonl");
        await File.WriteAllTextAsync(
            _installation.PathOf("whsec"),
            $"whsec_{Convert.ToBase64String(secret)}",
            TestContext.Current.CancellationToken);
        string[] settings =
        [
            "--set", $"Audit:Export:File={file}",
            "--set", $"Audit:Export:Syslog=tcp://127.0.0.1:{((IPEndPoint)syslog.LocalEndpoint).Port}",
            "--set", $"Audit:Export:Webhook={webhook.Prefixes.First()}",
            "--set", $"Audit:Export:WebhookSecretFile={_installation.PathOf("whsec")}",
        ];

        using (var server = await ServeProcess.StartAsync(_installation, settings))
        {
            await AddSignersAsync("before", 5);
            await UntilAsync(() => File.Exists(file));
            server.Kill();
            await server.EndAsync();
        }

        using (var server = await ServeProcess.StartAsync(_installation, settings))
        {
            await AddSignersAsync("after", 5);
            var trail = (await _installation.RunAsync("audit export")).Succeeded().Output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var last = JsonDocument.Parse(trail[^1]).RootElement.Text("id");
            await UntilAsync(() => File.ReadAllText(file).Contains($"\"{last}\"", StringComparison.Ordinal));
            await UntilAsync(() => messages.Any(
                message => message.Contains($" id=\"{last}\"", StringComparison.Ordinal)));
            await UntilAsync(() => batches.Any(batch => batch.Contains($"\"{last}\"", StringComparison.Ordinal)));
            var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
            CheckOrder(lines.Select(line => JsonDocument.Parse(line).RootElement.Text("id")));
            CheckOrder(messages.Select(message => Id().Match(message).Groups[1].Value));
            CheckOrder(batches.SelectMany(batch => JsonDocument.Parse(batch).RootElement.GetProperty("data")
                .EnumerateArray().Select(record => record.Text("id"))));
            server.Terminate();
            (await server.EndAsync()).Succeeded();
        }

        webhook.Stop();
        syslog.Stop();
        await listening;
        await answering;
        Assert.True((await _installation.JsonAsync("audit verify")).GetProperty("sound").GetBoolean());
    }

    public void Dispose() => _installation.Dispose();

    private static void CheckOrder(IEnumerable<string> ids)
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            var parts = id.Split(':');
            var position = long.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            var before = seen.GetValueOrDefault(parts[0]);
            // What was delivered and not noted is delivered again.
            Assert.InRange(position, 1, before + 1);
            seen[parts[0]] = position;
        }

        Assert.True(seen.Count >= 3);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task ListenAsync(TcpListener listener, ConcurrentQueue<string> messages)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                await ReadFramesAsync(client.GetStream(), messages);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>Octet counting: a length, a space, a message.</summary>
    private static async Task ReadFramesAsync(NetworkStream stream, ConcurrentQueue<string> messages)
    {
        var one = new byte[1];
        var length = 0;
        try
        {
            while (await stream.ReadAsync(one, TestContext.Current.CancellationToken) == 1)
            {
                if (one[0] != ' ')
                {
                    Assert.InRange(one[0], (byte)'0', (byte)'9');
                    length = (10 * length) + (one[0] - '0');
                    continue;
                }

                var message = new byte[length];
                await stream.ReadExactlyAsync(message, TestContext.Current.CancellationToken);
                messages.Enqueue(Encoding.UTF8.GetString(message));
                length = 0;
            }
        }
        catch (IOException)
        {
            // The server was killed.
        }
    }

    private static async Task AnswerAsync(HttpListener listener, byte[] secret, ConcurrentQueue<string> batches)
    {
        try
        {
            while (true)
            {
                var call = await listener.GetContextAsync();
                using var reader = new StreamReader(call.Request.InputStream, Encoding.UTF8);
                var body = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
                var headers = call.Request.Headers;
                var signed = Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}");
                var expected = $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}";
                var isGenuine = expected == headers["webhook-signature"];
                call.Response.StatusCode = isGenuine ? 204 : 401;
                call.Response.Close();
                if (isGenuine)
                {
                    batches.Enqueue(body);
                }
            }
        }
        catch (Exception error)
            when (error is HttpListenerException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task AddSignersAsync(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            (await _installation.RunAsync($"signer add --user {name}{i} --name {name}", "a long enough password"))
                .Succeeded();
        }
    }

    [GeneratedRegex(" id=\"([0-9:]+)\"")]
    private static partial Regex Id();
}
