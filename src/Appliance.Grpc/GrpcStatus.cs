using System.Globalization;
using Appliance.Grpc.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Appliance.Grpc;

/// <summary>
/// How a call ended: code, text and details. Immutable, and encoded for the wire once, when it is made: keep the
/// frequent ones in static fields and a refusal costs no more than an answer.
/// </summary>
public sealed class GrpcStatus
{
    /// <summary>
    /// The longest text sent, in bytes of its percent-encoded form; the rest is cut off. A character of ASCII takes 1
    /// byte, any other up to 12: counted otherwise, a text could exceed the 8 KiB that clients take as metadata, and
    /// hide its own status.
    /// </summary>
    public const int MaxMessageLength = 2_048;

    private static readonly string[] s_codes =
        [.. Enumerable.Range(0, 17).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    private static readonly string[] s_codeNames =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>Makes a status.</summary>
    /// <param name="code">The code.</param>
    /// <param name="message">For the developer at the other end; cut at <see cref="MaxMessageLength"/>.</param>
    /// <param name="error">Sent as google.rpc.ErrorInfo in <c>grpc-status-details-bin</c>; null for none.</param>
    /// <param name="retryAfter">
    /// When a retry is worth while: google.rpc.RetryInfo and <c>grpc-retry-pushback-ms</c>; null for none.
    /// </param>
    public GrpcStatus(
        GrpcStatusCode code, string message = "", GrpcErrorInfo? error = null, TimeSpan? retryAfter = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)code, (uint)GrpcStatusCode.Unauthenticated, nameof(code));
        if (retryAfter is { } delay)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero, nameof(retryAfter));
        }

        Code = code;
        Message = PercentEncoding.Cut(message, MaxMessageLength);
        Error = error;
        RetryAfter = retryAfter;
        EncodedMessage = PercentEncoding.Encode(Message);
        EncodedDetails = error is null && retryAfter is null ? null : EncodeDetails();
        EncodedPushback = retryAfter is { } wait
            ? ((long)Math.Ceiling(wait.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>Done.</summary>
    public static GrpcStatus Ok { get; } = new(GrpcStatusCode.Ok);

    /// <summary>The code.</summary>
    public GrpcStatusCode Code { get; }

    /// <summary>The text, not encoded; empty for none.</summary>
    public string Message { get; }

    /// <summary>The cause for programs; null for none.</summary>
    public GrpcErrorInfo? Error { get; }

    /// <summary>When a retry is worth while; null for not said.</summary>
    public TimeSpan? RetryAfter { get; }

    internal string CodeText => s_codes[(int)Code];

    internal string CodeName => s_codeNames[(int)Code];

    /// <summary>grpc-message: percent-encoded.</summary>
    internal string EncodedMessage { get; }

    /// <summary>grpc-status-details-bin: base64 of google.rpc.Status without padding; null for none.</summary>
    internal string? EncodedDetails { get; }

    /// <summary>grpc-retry-pushback-ms; null for none.</summary>
    internal string? EncodedPushback { get; }

    private string EncodeDetails()
    {
        var status = new Google.Rpc.Status { Code = (int)Code, Message = Message };
        if (Error is not null)
        {
            var info = new Google.Rpc.ErrorInfo { Reason = Error.Reason, Domain = Error.Domain };
            foreach (var (key, value) in Error.Metadata ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                info.Metadata.Add(key, value);
            }

            status.Details.Add(Any.Pack(info));
        }

        if (RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new Google.Rpc.RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return Convert.ToBase64String(status.ToByteArray()).TrimEnd('=');
    }
}
