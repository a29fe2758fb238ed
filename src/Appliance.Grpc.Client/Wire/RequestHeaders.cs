using System.Globalization;
using System.Net;

namespace Appliance.Grpc.Client.Wire;

/// <summary>The request of one attempt at a call (PROTOCOL-HTTP2, Requests).</summary>
internal static class RequestHeaders
{
    /// <param name="address">Of the method.</param>
    /// <param name="content">The messages.</param>
    /// <param name="options">The caller's.</param>
    /// <param name="left">What is left of the timeout; null without one.</param>
    /// <param name="previousAttempts">Attempts before this one.</param>
    public static HttpRequestMessage NewRequest(
        Uri address, HttpContent content, GrpcCallOptions options, TimeSpan? left, int previousAttempts)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        var headers = request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip");
        if (options.Compress)
        {
            headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        }

        if (left is { } limit)
        {
            headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Encode(limit));
        }

        if (options.RequestId is { } id)
        {
            headers.TryAddWithoutValidation("idempotency-key", id);
        }

        if (previousAttempts > 0)
        {
            headers.TryAddWithoutValidation(
                "grpc-previous-rpc-attempts", previousAttempts.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var (name, value) in options.Metadata ?? [])
        {
            headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
