using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Appliance.Factors.Notifying.Webhooks;

/// <summary>What a webhook's status means for its message.</summary>
internal static class WebhookAnswer
{
    /// <summary>
    /// 2xx is delivered. What says that this request is wrong is given up; what says that the other end is busy, away
    /// or not set up is tried again, when it asks for it.
    /// </summary>
    public static Delivery Judge(HttpStatusCode status, RetryConditionHeaderValue? retryAfter, DateTimeOffset now)
    {
        var code = (int)status;
        var reason = string.Create(CultureInfo.InvariantCulture, $"http-{code}");
        return status switch
        {
            _ when code is >= 200 and < 300 => Delivery.Done,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound
                or HttpStatusCode.ProxyAuthenticationRequired or HttpStatusCode.RequestTimeout
                or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests
                => Delivery.Later(reason, After(retryAfter, now)),
            _ when code is 425 or (< 400) or (>= 500) => Delivery.Later(reason, After(retryAfter, now)),
            _ => Delivery.Never(reason),
        };
    }

    private static TimeSpan? After(RetryConditionHeaderValue? header, DateTimeOffset now)
        => (header?.Delta ?? (header?.Date - now)) is { } wait && wait > TimeSpan.Zero ? wait : null;
}
