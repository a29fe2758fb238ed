using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Appliance.Timestamping;

namespace Appliance.Crash.Tests.Clients;

/// <summary>
/// Callers that each ask for the next time stamp when they have the last, over units and nodes in turn, until the
/// servers are gone. Digests say whose they are: seed, round, caller and number.
/// </summary>
internal sealed class StampLoad : IDisposable
{
    public const int Callers = 32;

    /// <summary>The unit that is asked in a signer's name.</summary>
    public const string PaidUnit = "paid";

    private const string Query = "application/timestamp-query";

    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _servers;
    private readonly IReadOnlyList<string> _units;
    private readonly AuthenticationHeaderValue _signer;
    private readonly string _round;
    private readonly CancellationToken _cancellation;
    private readonly ConcurrentQueue<ReceivedToken> _received = new();
    private readonly ConcurrentQueue<string> _refused = new();
    private readonly ConcurrentDictionary<string, long> _lost = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _callers;
    private volatile bool _stopping;

    /// <param name="servers">Where REST is served.</param>
    /// <param name="units">Who is asked.</param>
    /// <param name="accessToken">Who asks, where a unit wants to know.</param>
    /// <param name="round">Tells this load's digests from others'.</param>
    /// <param name="cancellation">Gives up.</param>
    public StampLoad(
        IReadOnlyList<Uri> servers,
        IReadOnlyList<string> units,
        string accessToken,
        string round,
        CancellationToken cancellation)
    {
        _signer = new AuthenticationHeaderValue("Bearer", accessToken);
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Callers });
        (_servers, _units, _round, _cancellation) = (servers, units, round, cancellation);
        _callers = [.. Enumerable.Range(0, Callers).Select(CallAsync)];
    }

    /// <summary>Time stamps that came.</summary>
    public IReadOnlyCollection<ReceivedToken> Received => _received;

    /// <summary>Answers without one.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    /// <summary>Digests of requests without an answer, in hexadecimal, and when they were sent, Stopwatch
    /// ticks.</summary>
    public IReadOnlyDictionary<string, long> Lost => _lost;

    /// <summary>Requests that wait for their answer.</summary>
    public Gauge InFlight { get; } = new();

    /// <summary>Connections are open and code is compiled before the load begins.</summary>
    public Task WarmAsync() => Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{_round}/{caller}/warm");
        Assert.True(await StampAsync(
            _servers[caller % _servers.Count],
            _units[caller % _units.Count],
            SHA256.HashData(Encoding.ASCII.GetBytes(text))));
    }));

    /// <summary>Lets all of them begin at once.</summary>
    public void Start() => _start.SetResult();

    /// <summary>No caller sends anything more. Done when all have noticed.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        return Task.WhenAll(_callers);
    }

    public void Dispose() => _http.Dispose();

    private async Task CallAsync(int caller)
    {
        await _start.Task;
        for (var number = 0; !_stopping; number++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{_round}/{caller}/{number}");
            var digest = SHA256.HashData(Encoding.ASCII.GetBytes(text));
            if (!await StampAsync(
                _servers[(caller + number) % _servers.Count], _units[number % _units.Count], digest))
            {
                return;
            }
        }
    }

    private async Task<bool> StampAsync(Uri server, string unit, byte[] digest)
    {
        var sent = Stopwatch.GetTimestamp();
        InFlight.Add(1);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(server, $"/tsa/{unit}"));
            message.Headers.Authorization = unit == PaidUnit ? _signer : null;
            var content = new ByteArrayContent(TimestampRequest.Create(
                HashAlgorithmName.SHA256, digest, nonce: RandomNumberGenerator.GetBytes(8)));
            content.Headers.ContentType = new MediaTypeHeaderValue(Query);
            message.Content = content;
            using var answer = await _http.SendAsync(message, _cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(_cancellation);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                _refused.Enqueue($"{answer.StatusCode} {Encoding.UTF8.GetString(body)}");
            }
            else if (TimestampResponse.Decode(body) is { Status: TimestampPkiStatus.Granted } response)
            {
                _received.Enqueue(new ReceivedToken(unit, digest, response.Token.ToArray()));
            }
            else
            {
                _refused.Enqueue(TimestampResponse.Decode(body).Failure.ToString());
            }

            return true;
        }
        catch (HttpRequestException)
        {
            _lost[Convert.ToHexString(digest)] = sent;
            return false;
        }
        finally
        {
            InFlight.Add(-1);
        }
    }
}
