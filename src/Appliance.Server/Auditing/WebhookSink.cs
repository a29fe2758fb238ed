using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Appliance.Factors;
using Appliance.Ledger;

namespace Appliance.Server.Auditing;

/// <summary>
/// Posts batches as {"type":"audit.records","timestamp":...,"data":[...]}, signed as Standard Webhooks says. The id is
/// that of the first record and the last, so that a batch that comes again has its id again.
/// </summary>
internal sealed class WebhookSink : IAuditSink
{
    private const string SecretPrefix = "whsec_";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly Uri _address;
    private readonly byte[] _secret;
    private readonly TimeProvider _time;
    private readonly HttpClient _http
        = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = s_patience };

    public WebhookSink(Uri address, string secretFile, TimeProvider time)
    {
        _address = address;
        _time = time;
        var text = File.ReadAllText(secretFile).Trim();
        _secret = Convert.FromBase64String(
            text.StartsWith(SecretPrefix, StringComparison.Ordinal) ? text[SecretPrefix.Length..] : text);
    }

    public string Name => AuditSinkNames.Webhook;

    public async Task DeliverAsync(
        IReadOnlyList<AuditEntry> records, string node, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var body = new ArrayBufferWriter<byte>();
        body.Write(Encoding.ASCII.GetBytes(
            $"{{\"type\":\"audit.records\",\"timestamp\":\"{now:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\",\"data\":["));
        for (var i = 0; i < records.Count; i++)
        {
            if (i > 0)
            {
                body.Write(","u8);
            }

            body.Write(AuditLine.Json(records[i], node));
        }

        body.Write("]}"u8);
        var id = $"audit_{AuditLine.Id(records[0])}-{records[^1].Position.ToString(CultureInfo.InvariantCulture)}";
        var seconds = now.ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, _address);
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(
            "webhook-signature", WebhookSignature.Sign([_secret], id, seconds, body.WrittenSpan));
        request.Content = new ReadOnlyMemoryContent(body.WrittenMemory);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync()
    {
        CryptographicOperations.ZeroMemory(_secret);
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
