using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Appliance.Grpc.Client.Wire;

/// <summary>Status and metadata of a response, from its headers or trailers.</summary>
internal static class ResponseStatus
{
    private const string GrpcType = "application/grpc";
    private const string StatusName = "grpc-status";

    /// <summary>Throws when the answer is not gRPC (grpc/doc/http-grpc-status-mapping.md).</summary>
    public static void CheckHttp(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            if (IsTrailersOnly(response) && Read(response.Headers) is { } status)
            {
                throw status;
            }

            throw new GrpcStatusException(
                CodeOf(response.StatusCode), $"The server answered HTTP {response.StatusCode:D}, not gRPC.");
        }

        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (!type.StartsWith(GrpcType, StringComparison.OrdinalIgnoreCase)
            || (type.Length > GrpcType.Length && type[GrpcType.Length] != '+'))
        {
            throw new GrpcStatusException(GrpcStatusCode.Unknown, $"The server answered '{type}', not gRPC.");
        }
    }

    public static bool IsGzip(HttpResponseMessage response)
        => string.Equals(First(response.Headers, "grpc-encoding"), "gzip", StringComparison.Ordinal);

    /// <summary>Trailers-only: the status is in the headers and nothing follows.</summary>
    public static bool IsTrailersOnly(HttpResponseMessage response) => response.Headers.Contains(StatusName);

    /// <summary>Null for OK.</summary>
    public static GrpcStatusException? Read(HttpHeaders fields)
    {
        var text = First(fields, StatusName);
        if (text is null)
        {
            return new GrpcStatusException(GrpcStatusCode.Unknown, "The response ended without a status.");
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return new GrpcStatusException(GrpcStatusCode.Unknown, "The response's grpc-status is not a number.");
        }

        if (number == 0)
        {
            return null;
        }

        var code = number <= (int)GrpcStatusCode.Unauthenticated ? (GrpcStatusCode)number : GrpcStatusCode.Unknown;
        var (error, retryAfter) = ReadDetails(First(fields, "grpc-status-details-bin"));
        var message = PercentEncoding.Decode(First(fields, "grpc-message") ?? "");
        return new GrpcStatusException(code, message, error, retryAfter, Metadata(fields))
        {
            Pushback = ReadPushback(First(fields, "grpc-retry-pushback-ms")),
        };
    }

    public static GrpcMetadata Metadata(HttpHeaders fields)
    {
        var metadata = new GrpcMetadata();
        foreach (var (name, values) in fields.NonValidated)
        {
            if (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var value in values)
            {
                metadata.AddReceived(name.ToLowerInvariant(), value);
            }
        }

        return metadata;
    }

    private static (GrpcErrorInfo? Error, TimeSpan? RetryAfter) ReadDetails(string? encoded)
    {
        if (encoded is null)
        {
            return (null, null);
        }

        GrpcErrorInfo? error = null;
        TimeSpan? retryAfter = null;
        try
        {
            foreach (var detail in Google.Rpc.Status.Parser.ParseFrom(Base64.Decode(encoded)).Details)
            {
                if (detail.TryUnpack<Google.Rpc.ErrorInfo>(out var info))
                {
                    var facts = new Dictionary<string, string>(info.Metadata, StringComparer.Ordinal);
                    error = new GrpcErrorInfo(info.Reason, info.Domain, facts);
                }
                else if (detail.TryUnpack<Google.Rpc.RetryInfo>(out var retry) && retry.RetryDelay is not null)
                {
                    retryAfter = retry.RetryDelay.ToTimeSpan();
                }
            }
        }
        catch (Exception exception)
            when (exception is FormatException or InvalidProtocolBufferException or InvalidOperationException)
        {
            // InvalidOperationException: a RetryInfo whose duration is out of range.
            // Details are a help, not the status itself: what cannot be read is left out.
        }

        return (error, retryAfter);
    }

    /// <summary>Negative for anything that is no count of milliseconds: gRFC A6 takes both as "do not retry".</summary>
    private static TimeSpan? ReadPushback(string? text)
        => text is null ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                ? TimeSpan.FromMilliseconds(milliseconds)
                : Timeout.InfiniteTimeSpan;

    private static string? First(HttpHeaders fields, string name)
    {
        if (!fields.NonValidated.TryGetValues(name, out var values))
        {
            return null;
        }

        foreach (var value in values)
        {
            return value;
        }

        return null;
    }

    private static GrpcStatusCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => GrpcStatusCode.Internal,
        HttpStatusCode.Unauthorized => GrpcStatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcStatusCode.PermissionDenied,
        HttpStatusCode.NotFound => GrpcStatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };
}
