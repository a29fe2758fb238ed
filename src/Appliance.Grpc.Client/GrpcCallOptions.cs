using System.Buffers;

namespace Appliance.Grpc.Client;

/// <summary>How one call is made.</summary>
public sealed class GrpcCallOptions
{
    private const int LongestRequestId = 128;

    /// <summary>Visible ASCII: 0x21 to 0x7E.</summary>
    private static readonly SearchValues<char> s_visible = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(value => (char)value)]);

    /// <summary>Sent with the request; null for none.</summary>
    public GrpcMetadata? Metadata { get; init; }

    /// <summary>
    /// How long the call may take from its start to its end, all attempts together. The server is told what is left
    /// (<c>grpc-timeout</c>), and it is enforced here: DEADLINE_EXCEEDED, at once when it is not above zero. Null: as
    /// long as it takes.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Names what the call is to do, once: 1 to 128 characters of visible ASCII, without spaces; sent as
    /// <c>idempotency-key</c>. It promises that the server may get the call again without doing it again, so a call
    /// whose request is one message is retried by the channel's <see cref="GrpcRetryPolicy"/>. A call whose request
    /// is a stream carries it, but to repeat it is the caller's, who has the messages. Null: none; never retried.
    /// </summary>
    /// <exception cref="ArgumentException">It is empty, too long or has other characters.</exception>
    public string? RequestId
    {
        get;
        init
        {
            if (value is not null
                && (value.Length is 0 or > LongestRequestId || value.AsSpan().ContainsAnyExcept(s_visible)))
            {
                throw new ArgumentException("A request id is 1 to 128 characters of visible ASCII.", nameof(value));
            }

            field = value;
        }
    }

    /// <summary>
    /// True to send request messages packed with gzip. Not for secrets next to text that others choose: the length
    /// tells. Responses may be packed whatever is set here.
    /// </summary>
    public bool Compress { get; init; }

    internal static GrpcCallOptions Default { get; } = new();
}
