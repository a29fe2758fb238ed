using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Appliance.Factors.Tests.Notifying;

/// <summary>The other end of a webhook: an HTTP server that remembers what came and answers as it is told.</summary>
internal sealed class WebhookEnd : IDisposable
{
    private readonly HttpListener _listener = new();

    /// <summary>Answers 204 to everything, unless told otherwise.</summary>
    public WebhookEnd()
    {
        Url = Listen(_listener);
        Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        _ = ServeAsync();
    }

    public Uri Url { get; }

    public byte[] Secret { get; }

    public ConcurrentQueue<WebhookCall> Calls { get; } = new();

    /// <summary>Status, and headers, for a call.</summary>
    public Func<WebhookCall, HttpListenerResponse, int> Answer { get; set; } = static (_, _) => 204;

    /// <summary>What a call waits for before it is answered.</summary>
    public Func<WebhookCall, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public IEnumerable<string> Texts => Calls.Select(call => call.Json.GetProperty("text").GetString()!);

    public WebhookTransport Connect(TimeProvider time, params byte[][] secrets) => new(
        new WebhookOptions { Url = Url, Secrets = () => secrets.Length == 0 ? [Secret] : secrets }, time);

    public void Dispose() => _listener.Close();

    private static Uri Listen(HttpListener listener)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var prefix = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        listener.Prefixes.Add(prefix);
        listener.Start();
        return new Uri(prefix + "notices");
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        await using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body, TestContext.Current.CancellationToken);
        var headers = context.Request.Headers.AllKeys.ToDictionary(
            name => name!, name => context.Request.Headers[name]!, StringComparer.OrdinalIgnoreCase);
        var call = new WebhookCall(
            context.Request.HttpMethod,
            context.Request.RawUrl!,
            headers,
            body.ToArray(),
            JsonDocument.Parse(body.ToArray()).RootElement);
        Calls.Enqueue(call);
        try
        {
            await Before(call);
            context.Response.StatusCode = Answer(call, context.Response);
            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The caller has gone.
        }
    }
}
