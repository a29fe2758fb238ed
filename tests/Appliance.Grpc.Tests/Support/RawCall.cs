using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Appliance.Grpc.Tests.Protos;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Support;

/// <summary>A call made byte by byte, so that it can be wrong in every way.</summary>
internal sealed class RawCall
{
    public string Path { get; init; } = TestHandlers.Path;

    public HttpMethod Method { get; init; } = HttpMethod.Post;

    public string? ContentType { get; init; } = "application/grpc";

    public string? Te { get; init; } = "trailers";

    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Each part is a DATA frame of its own.</summary>
    public IReadOnlyList<byte[]> Parts { get; init; } = [];

    public static byte[] Frame(byte[] payload, byte flag = 0)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    public static byte[] Request(string behaviour, byte[]? payload = null, string text = "", int responseSize = 0)
        => new TestRequest
        {
            Behaviour = behaviour,
            Payload = ByteString.CopyFrom(payload ?? []),
            Text = text,
            ResponseSize = responseSize,
        }.ToByteArray();

    public static RawCall Of(string behaviour, byte[]? payload = null, string text = "", int responseSize = 0)
        => new() { Parts = [Frame(Request(behaviour, payload, text, responseSize))] };

    public async Task<RawAnswer> SendAsync(TestServer server, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(Method, new Uri(server.Http2, Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (Method != HttpMethod.Get)
        {
            request.Content = new PartedContent(Parts);
            if (ContentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("content-type", ContentType);
            }
        }

        if (Te is not null)
        {
            request.Headers.TryAddWithoutValidation("te", Te);
        }

        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var trailersOnly = response.Headers.Contains("grpc-status");
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var fields = trailersOnly ? response.Headers : response.TrailingHeaders;
        var status = fields.TryGetValues("grpc-status", out var values)
            ? int.Parse(values.Single(), CultureInfo.InvariantCulture)
            : -1;
        return new RawAnswer(
            (int)response.StatusCode,
            (GrpcStatusCode)status,
            trailersOnly,
            body,
            Collect(response.Headers),
            Collect(response.TrailingHeaders),
            response.Content.Headers.ContentType?.MediaType,
            response.Content.Headers.Allow.FirstOrDefault());
    }

    private static Dictionary<string, string> Collect(System.Net.Http.Headers.HttpHeaders headers)
        => headers.NonValidated.ToDictionary(
            pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase);
}
