using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Appliance.Load.Flood;

/// <summary>
/// Sign-ins with wrong passwords, more at once than the server's lane for passwords takes, so that it is always full.
/// Who is turned away comes back after the time that the server asked for, as a client would that means well: one that
/// does not would only show how fast this machine can be kept busy by the flood's own work.
/// </summary>
internal sealed class LoginFlood : IAsyncDisposable
{
    private const int Callers = 64;

    private readonly CancellationTokenSource _ended = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly Task[] _callers;
    private long _checked;
    private long _turnedAway;
    private long _other;

    private LoginFlood(Uri address)
    {
        var login = new Uri(address, "csc/v2/auth/login");
        _callers = [.. Enumerable.Range(0, Callers).Select(i => CallAsync(login, i))];
    }

    /// <summary>Passwords that were computed and found wrong.</summary>
    public long Checked => Interlocked.Read(ref _checked);

    /// <summary>Calls that found the lane full.</summary>
    public long TurnedAway => Interlocked.Read(ref _turnedAway);

    /// <summary>Calls that ended in any other way: there must be none.</summary>
    public long Other => Interlocked.Read(ref _other);

    /// <summary>Begins, and waits until somebody was turned away: from then on the lane is full.</summary>
    public static async Task<LoginFlood> StartAsync(Uri address, CancellationToken cancellationToken)
    {
        var flood = new LoginFlood(address);
        while (flood.TurnedAway == 0)
        {
            await Task.Delay(10, cancellationToken);
        }

        return flood;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_callers);
        _http.Dispose();
        _ended.Dispose();
    }

    private async Task CallAsync(Uri address, int caller)
    {
        for (var i = 0; !_ended.IsCancellationRequested; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new StringContent("{}", Encoding.UTF8, "application/json"),
            };
            // Known and unknown users by turns: they must cost the same.
            var user = i % 2 == 0 ? $"signer{1 + (caller % 8)}@example.test" : $"nobody{caller}@example.test";
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:wrong {i}")));
            try
            {
                using var response = await _http.SendAsync(request, _ended.Token);
                await CountAsync(response);
            }
            catch (Exception error) when (error is OperationCanceledException or HttpRequestException)
            {
                if (!_ended.IsCancellationRequested)
                {
                    Interlocked.Increment(ref _other);
                }
            }
        }
    }

    private async Task CountAsync(HttpResponseMessage response)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.BadRequest:
                Interlocked.Increment(ref _checked);
                break;
            case HttpStatusCode.TooManyRequests:
                Interlocked.Increment(ref _turnedAway);
                await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), _ended.Token);
                break;
            default:
                Interlocked.Increment(ref _other);
                break;
        }
    }
}
