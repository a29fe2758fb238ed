namespace Appliance.Grpc.Client;

/// <summary>A call that did not end with OK.</summary>
public sealed class GrpcStatusException : Exception
{
    internal GrpcStatusException(
        GrpcStatusCode code,
        string text,
        GrpcErrorInfo? error = null,
        TimeSpan? retryAfter = null,
        GrpcMetadata? trailers = null,
        Exception? inner = null)
        : base(text.Length == 0 ? code.ToString() : $"{code}: {text}", inner)
    {
        Code = code;
        Text = text;
        Error = error;
        RetryAfter = retryAfter;
        Trailers = trailers ?? [];
    }

    /// <summary>The status code.</summary>
    public GrpcStatusCode Code { get; }

    /// <summary>grpc-message, decoded; empty when the server sent none.</summary>
    public string Text { get; }

    /// <summary>google.rpc.ErrorInfo of the status's details; null when there is none.</summary>
    public GrpcErrorInfo? Error { get; }

    /// <summary>google.rpc.RetryInfo of the status's details: how long to wait; null when there is none.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The metadata that came with the status.</summary>
    public GrpcMetadata Trailers { get; }

    /// <summary>grpc-retry-pushback-ms (gRFC A6): how long to wait; negative: do not retry; null: not sent.</summary>
    internal TimeSpan? Pushback { get; init; }
}
