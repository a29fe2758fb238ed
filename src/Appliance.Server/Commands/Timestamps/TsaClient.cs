using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.Json;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>
/// Asks an authority over HTTP (RFC 3161 section 3.4). Who is told to come later does, a few times. Any thread.
/// </summary>
internal sealed class TsaClient : IDisposable
{
    private const string Query = "application/timestamp-query";
    private const string Reply = "application/timestamp-reply";

    /// <summary>A token with a long chain has some 10 kB.</summary>
    private const int LargestAnswer = 256 * 1024;

    private const int MostTries = 6;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly TsaTarget _target;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public TsaClient(TsaTarget target, TimeProvider time)
    {
        _target = target;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            // This machine is not behind a proxy, and a token must not travel in the clear to one.
            UseProxy = !target.Address.IsLoopback && target.Own is null,
        };
        if (target.Own is { } own)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors)
                => errors == SslPolicyErrors.None
                    || (shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(own.RawData));
        }

        _http = new HttpClient(handler)
        {
            Timeout = s_patience,
            MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    /// <summary>Has one digest stamped.</summary>
    /// <exception cref="CommandException">There is no answer, or none to this question.</exception>
    public async Task<TsaAnswer> StampAsync(TsaQuestion question, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            using var request = NewRequest(question.Request);
            using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return await CheckAsync(question, response, cancellationToken).ConfigureAwait(false);
            }

            var later = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
            if (!later || tries == MostTries || response.Headers.RetryAfter?.Delta > s_longestPause)
            {
                throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(PauseOf(response, tries), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _target.Own?.Dispose();
    }

    private HttpRequestMessage NewRequest(byte[] query)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _target.Address)
        {
            Content = new ByteArrayContent(query),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Query);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Reply));
        if (_target.AccessToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new CommandException(
                $"{_target.Name} answers with more than {LargestAnswer / 1024} KiB; that is no time stamp.");
        }
        catch (HttpRequestException error)
        {
            throw new CommandException(
                $"No time-stamping authority can be asked at {_target.Name}: "
                + $"{FailureText.Printable((error.InnerException ?? error).Message)}. "
                + "A running `appliance serve` with Timestamping:Units is one; --url names another.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(
                $"{_target.Name} did not answer within {s_patience.TotalSeconds:0} seconds; try again later.");
        }
    }

    private async Task<TsaAnswer> CheckAsync(
        TsaQuestion question, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var type = response.Content.Headers.ContentType?.MediaType;
        return body is [0x30, ..] || string.Equals(type, Reply, StringComparison.OrdinalIgnoreCase)
            ? question.Check(body, _target.Name)
            : throw new CommandException(
                $"{_target.Name} is no time-stamping authority: it answers with {type ?? "nothing"}, not {Reply}.");
    }

    /// <summary>As long as the server asks for, or twice as long each time.</summary>
    private static TimeSpan PauseOf(HttpResponseMessage response, int tries)
    {
        var asked = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(250 << tries);
        return asked < s_longestPause ? asked : s_longestPause;
    }

    private async Task<CommandException> RefusalAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var why = await DescriptionAsync(response, cancellationToken).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        var hint = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => " It wants an access token: --access-token-file.",
            HttpStatusCode.NotFound => " No unit is served there; `appliance doctor` lists what is configured.",
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                => response.Headers.RetryAfter?.Delta is { } wait && wait > s_longestPause
                    ? $" Try again after {_time.GetUtcNow() + wait:u}."
                    : " Try again later.",
            _ when status is >= 300 and < 400 && response.Headers.Location is { } elsewhere
                => $" It points to {FailureText.Printable(elsewhere.ToString())}.",
            _ => "",
        };
        return new CommandException(
            FormattableString.Invariant($"{_target.Name} refuses with HTTP status {status}{why}.{hint}"));
    }

    /// <summary>What an appliance says in JSON; another server's pages are for browsers.</summary>
    private static async Task<string> DescriptionAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("error_description", out var text)
                && text.ValueKind == JsonValueKind.String
                    ? $": {FailureText.Printable(text.GetString()!)}"
                    : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
