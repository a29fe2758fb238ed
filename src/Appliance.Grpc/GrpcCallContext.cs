using System.Diagnostics.CodeAnalysis;
using System.Net;
using Appliance.Grpc.Calls;
using Appliance.Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc;

/// <summary>
/// What a handler knows of its call. Pooled: valid until the handler's task completes, used by one thread at a time.
/// </summary>
public sealed class GrpcCallContext
{
    /// <summary>Longest time a timer is set for (CancellationTokenSource takes up to 49 days).</summary>
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(30);

    private readonly TimeProvider _time;
    private readonly CallDrain _drain;
    private HttpContext? _http;
    private TimeSpan? _timeout;
    private CancellationTokenSource? _end;
    private CancellationTokenRegistration _abortion;
    private CancellationTokenRegistration _graceOver;
    private GrpcStatus? _failure;
    private bool _broken;

    internal GrpcCallContext(TimeProvider time, CallDrain drain)
    {
        _time = time;
        _drain = drain;
    }

    /// <summary>The method called, <c>package.Service/Method</c>.</summary>
    public string MethodName { get; private set; } = "";

    /// <summary>The HTTP request, for its connection, its TLS features and its items.</summary>
    /// <exception cref="ObjectDisposedException">The call is over.</exception>
    public HttpContext Http => _http ?? throw new ObjectDisposedException(nameof(GrpcCallContext));

    /// <summary>The caller's address; null on a Unix socket.</summary>
    public IPAddress? PeerAddress => Http.Connection.RemoteIpAddress;

    /// <summary>The metadata entry <c>authorization</c>, for example <c>Bearer TOKEN</c>; null when absent.</summary>
    public string? Authorization
    {
        get
        {
            var values = Http.Request.Headers.Authorization;
            return values.Count == 0 ? null : values.ToString();
        }
    }

    /// <summary>
    /// What is left until the deadline that the client set; zero when it has passed;
    /// <see cref="Timeout.InfiniteTimeSpan"/> when it set none.
    /// </summary>
    public TimeSpan TimeRemaining
    {
        get
        {
            if (_timeout is not { } timeout)
            {
                return Timeout.InfiniteTimeSpan;
            }

            var remaining = timeout - _time.GetElapsedTime(StartedAt);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Cancelled when the deadline passes, the client cancels or the connection breaks; for streams also when the
    /// server stops and their grace period is over. Whether the handler looks at it or not, the client is answered
    /// DEADLINE_EXCEEDED at the deadline, or UNAVAILABLE after the grace period. Made at the first use: who does not
    /// ask does not pay.
    /// </summary>
    public CancellationToken CancellationToken
        => _end is { } end ? end.Token : _timeout is null ? Http.RequestAborted : StartEnd().Token;

    /// <summary>
    /// Cancelled when the server begins to stop. A stream that could go on for ever takes nothing new then, finishes
    /// what it has and ends; what still runs after the grace period is cancelled with UNAVAILABLE.
    /// </summary>
    public CancellationToken Draining => _drain.Started;

    /// <summary>
    /// True: the messages written from now on are compressed with gzip, if the client takes it and this was true when
    /// the headers were sent. Starts as <see cref="GrpcMethodOptions.CompressResponses"/>; may change from message to
    /// message.
    /// </summary>
    public bool CompressResponses
    {
        get => Sender.Compress;
        set => Sender.Compress = value;
    }

    /// <summary>True when the request message read last came compressed.</summary>
    public bool LastRequestCompressed { get; internal set; }

    internal long StartedAt { get; private set; }

    /// <summary>Bytes of the messages received, as they came, without their frames' headers.</summary>
    internal long RequestSize { get; set; }

    /// <summary>Messages received.</summary>
    internal long RequestMessages { get; set; }

    /// <summary>True once the handler of a streaming method runs.</summary>
    internal bool IsStream { get; private set; }

    /// <summary>True when grpc-encoding says gzip.</summary>
    internal bool RequestGzip { get; private set; }

    /// <summary>True when the call counts among its method's concurrent ones.</summary>
    internal bool Counted { get; set; }

    internal ResponseSender Sender { get; } = new();

    internal TimeProvider Time => _time;

    internal GrpcStatus? Failure => _failure;

    [MemberNotNullWhen(true, nameof(_timeout))]
    internal bool HasDeadline => _timeout is not null;

    internal bool ClientGone => _broken || Http.RequestAborted.IsCancellationRequested;

    /// <summary>True when the call was ended from outside its handler.</summary>
    internal bool Ended => _end is { IsCancellationRequested: true };

    /// <summary>Why the call was ended from outside its handler.</summary>
    internal GrpcStatus EndStatus
        => ClientGone ? WireStatus.Cancelled
            : IsStream && _drain.GraceOver.IsCancellationRequested ? WireStatus.Stopped
            : WireStatus.DeadlineExceeded;

    /// <summary>
    /// Ends the call with a status and without an exception. The handler then gives null as its response.
    /// </summary>
    /// <param name="status">Not Ok.</param>
    public void Fail(GrpcStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (status.Code == GrpcStatusCode.Ok)
        {
            throw new ArgumentException("A call that is done gives its response; use another code.", nameof(status));
        }

        _failure = status;
    }

    /// <summary>An entry of the request's metadata; several of one name joined by commas. Null when absent.</summary>
    /// <param name="name">Lower case, not ending in <c>-bin</c>.</param>
    public string? GetMetadata(string name)
        => Http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The values of a binary entry of the request's metadata, in order; empty when absent.</summary>
    /// <param name="name">Lower case, ending in <c>-bin</c>.</param>
    /// <exception cref="GrpcStatusException">A value is not base64 (INVALID_ARGUMENT).</exception>
    public IReadOnlyList<byte[]> GetBinaryMetadata(string name)
    {
        if (!Http.Request.Headers.TryGetValue(name, out var values))
        {
            return [];
        }

        var decoded = new List<byte[]>();

        // Not ToString: it would leave out empty values.
        foreach (var text in values.SelectMany(value => (value ?? "").Split(',')))
        {
            decoded.Add(MetadataNames.DecodeBinary(text) ?? throw new GrpcStatusException(
                new GrpcStatus(GrpcStatusCode.InvalidArgument, $"The metadata entry {name} is not base64.")));
        }

        return decoded;
    }

    /// <summary>Sends a metadata entry with the response's headers.</summary>
    /// <param name="name">Lower case; not <c>grpc-*</c>, not a header of HTTP's own, not ending in <c>-bin</c>.</param>
    /// <param name="value">Visible ASCII and space.</param>
    /// <exception cref="InvalidOperationException">The headers are sent: a message was written.</exception>
    public void AddHeader(string name, string value)
    {
        CheckText(name, value);
        Sender.AddHeader(name, value);
    }

    /// <summary>Sends a binary metadata entry with the response's headers.</summary>
    /// <param name="name">As in <see cref="AddHeader(string, string)"/>, but ending in <c>-bin</c>.</param>
    /// <param name="value">Any bytes.</param>
    public void AddHeader(string name, ReadOnlySpan<byte> value)
        => Sender.AddHeader(name, EncodeBinary(name, value));

    /// <summary>
    /// Sends the headers now, for clients that wait for them; otherwise they go with the first message. No effect when
    /// they are sent already.
    /// </summary>
    public async ValueTask SendHeadersAsync()
    {
        if (!Sender.TryBeginWrite())
        {
            throw new OperationCanceledException(CancellationToken);
        }

        try
        {
            await Sender.SendHeadersAsync();
        }
        finally
        {
            Sender.EndWrite();
        }
    }

    /// <summary>Sends a metadata entry with the status, after the response.</summary>
    /// <param name="name">As in <see cref="AddHeader(string, string)"/>.</param>
    /// <param name="value">Visible ASCII and space.</param>
    public void AddTrailer(string name, string value)
    {
        CheckText(name, value);
        Sender.AddTrailer(name, value);
    }

    /// <summary>Sends a binary metadata entry with the status, after the response.</summary>
    /// <param name="name">As in <see cref="AddHeader(string, string)"/>, but ending in <c>-bin</c>.</param>
    /// <param name="value">Any bytes.</param>
    public void AddTrailer(string name, ReadOnlySpan<byte> value)
        => Sender.AddTrailer(name, EncodeBinary(name, value));

    internal void Begin(HttpContext http, string methodName, bool compressResponses)
    {
        _http = http;
        MethodName = methodName;
        StartedAt = _time.GetTimestamp();
        Sender.Begin(http, compressResponses);
    }

    /// <summary>
    /// A read or a write found the stream broken. Kestrel cancels its token a moment later, on another thread; without
    /// this a handler that ends in between would seem to have failed, and who asks the call's token in between would
    /// be told that the call goes on.
    /// </summary>
    internal void SetBroken()
    {
        _broken = true;
        _end?.Cancel();
    }

    internal void SetTimeout(TimeSpan timeout) => _timeout = timeout;

    internal bool TrySetEncoding(string encoding)
    {
        RequestGzip = string.Equals(encoding, "gzip", StringComparison.Ordinal);
        return RequestGzip || string.Equals(encoding, "identity", StringComparison.Ordinal);
    }

    /// <summary>
    /// Makes <see cref="CancellationToken"/> stand for the end of a stream: deadline if there is one, client gone,
    /// grace period over.
    /// </summary>
    internal void BeginStream()
    {
        IsStream = true;

        // Not here: the end of the grace period goes from stream to stream, and what one handler does about it must not
        // hold up the others.
        _graceOver = _drain.GraceOver.UnsafeRegister(
            static state => _ = ((CancellationTokenSource)state!).CancelAsync(), StartEnd());
    }

    /// <summary>Forgets the call, so that the context can serve another.</summary>
    internal void End()
    {
        Sender.End();
        _http = null;
        _timeout = null;
        _failure = null;
        RequestSize = 0;
        RequestMessages = 0;
        RequestGzip = false;
        LastRequestCompressed = false;
        Counted = false;
        IsStream = false;
        _broken = false;
        if (_end is not null)
        {
            _abortion.Dispose();
            _abortion = default;
            _graceOver.Dispose();
            _graceOver = default;
            _end.Dispose();
            _end = null;
        }
    }

    private static void CheckText(string name, string value)
    {
        MetadataNames.CheckSendable(name);
        MetadataNames.CheckText(value);
        if (MetadataNames.IsBinary(name))
        {
            throw new ArgumentException("A name that ends in -bin takes bytes.", nameof(name));
        }
    }

    private static string EncodeBinary(string name, ReadOnlySpan<byte> value)
    {
        MetadataNames.CheckSendable(name);
        if (!MetadataNames.IsBinary(name))
        {
            throw new ArgumentException("The name of binary metadata ends in -bin.", nameof(name));
        }

        return Convert.ToBase64String(value).TrimEnd('=');
    }

    /// <summary>The handler and the envelope may both come first, on two threads: one of them wins.</summary>
    private CancellationTokenSource StartEnd()
    {
        CancellationTokenSource source;
        if (_timeout is null)
        {
            source = new CancellationTokenSource();
        }
        else
        {
            var remaining = TimeRemaining;
            source = new CancellationTokenSource(remaining < s_longestTimer ? remaining : s_longestTimer, _time);
        }

        if (Interlocked.CompareExchange(ref _end, source, null) is { } first)
        {
            source.Dispose();
            return first;
        }

        _abortion = Http.RequestAborted.UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), source);
        return source;
    }
}
