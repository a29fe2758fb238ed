using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Appliance.Factors.Notifying;
using Appliance.Factors.Notifying.Webhooks;

namespace Appliance.Factors;

/// <summary>
/// Posts messages as JSON, signed as Standard Webhooks says: webhook-id (the same however often a message is sent, as
/// is Idempotency-Key), webhook-timestamp, webhook-signature. Redirects are not followed, and of an answer only the
/// status and Retry-After are looked at.
/// </summary>
public sealed class WebhookTransport : NoticeTransport
{
    private const int DrainBytes = 64 * 1024;
    private const int HeaderKib = 16;

    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Makes one; connects to nothing yet.</summary>
    public WebhookTransport(WebhookOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = HeaderKib,
            MaxResponseDrainSize = DrainBytes,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        };
        handler.SslOptions.CertificateChainPolicy = TrustPolicy.For(options.TrustedRoots);
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Reads the file of a webhook's secret: whsec_ and base64, one line, or two while it changes.</summary>
    /// <exception cref="FormatException">It is not that; the message repeats nothing of it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<byte[]> ReadSecrets(string path) => WebhookSignature.Parse(File.ReadAllText(path));

    internal override async Task<Delivery> DeliverAsync(
        RenderedNotice notice, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Prepare(notice);
            using var response = await _client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            return WebhookAnswer.Judge(response.StatusCode, response.Headers.RetryAfter, _time.GetUtcNow());
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            return Delivery.Later("secret-file");
        }
        catch (HttpRequestException error)
        {
            return Delivery.Later(error.InnerException is AuthenticationException ? "tls" : "connection");
        }
    }

    private HttpRequestMessage Prepare(RenderedNotice notice)
    {
        var body = NoticeBody.Write(notice, _options.SmsSender);
        var id = notice.Row.Id.ToString("D");
        var seconds = _time.GetUtcNow().ToUnixTimeSeconds();
        var signature = WebhookSignature.Sign(_options.Secrets(), id, seconds, body);
        var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", signature);
        request.Headers.Add("Idempotency-Key", id);
        return request;
    }

    private protected override void Dispose(bool disposing)
    {
        _client.Dispose();
        base.Dispose(disposing);
    }
}
