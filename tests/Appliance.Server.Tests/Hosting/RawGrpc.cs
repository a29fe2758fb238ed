using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Appliance.Server.Tests.Hosting;

/// <summary>Health and reflection byte by byte: who asks for them need not know our contract.</summary>
internal sealed class RawGrpc(string address) : IDisposable
{
    public const int Serving = 1;
    public const int NotServing = 2;

    private readonly HttpClient _client = new() { BaseAddress = new Uri(address) };

    /// <summary>The statuses that a call gives until it ends, in numbers; none when it is refused.</summary>
    /// <param name="method">Check or Watch.</param>
    /// <param name="service">Full name.</param>
    /// <param name="onFirst">Called at the first.</param>
    public async Task<List<int>> StatusesAsync(string method, string service, Action? onFirst = null)
    {
        var name = Encoding.UTF8.GetBytes(service);
        var statuses = new List<int>();
        await CallAsync($"grpc.health.v1.Health/{method}", [0x0A, (byte)name.Length, .. name], Add);
        return statuses;

        void Add(byte[] message)
        {
            // HealthCheckResponse.status, field 1, varint.
            Assert.Equal([0x08, message[^1]], message);
            statuses.Add(message[^1]);
            if (statuses.Count == 1)
            {
                onFirst?.Invoke();
            }
        }
    }

    /// <summary>The answer to list_services as text, names among other bytes; empty when it is refused.</summary>
    public async Task<string> ListServicesAsync(string package)
    {
        var text = new StringBuilder();
        var method = $"grpc.reflection.{package}.ServerReflection/ServerReflectionInfo";
        await CallAsync(method, [0x3A, 0x00], message => text.Append(Encoding.Latin1.GetString(message)));
        return text.ToString();
    }

    public void Dispose() => _client.Dispose();

    private async Task CallAsync(string method, byte[] message, Action<byte[]> onAnswer)
    {
        var header = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), message.Length);
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([.. header, .. message]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var token = TestContext.Current.CancellationToken;
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        await using var body = await response.Content.ReadAsStreamAsync(token);
        while (await body.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, token) > 0)
        {
            var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
            await body.ReadExactlyAsync(answer, token);
            onAnswer(answer);
        }
    }
}
