using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Services;

/// <summary>A call whose answers are read one by one.</summary>
internal sealed class ServiceCall(HttpResponseMessage response, Stream body) : IDisposable
{
    public static async Task<ServiceCall> OpenAsync(ServicesServer server, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        var token = TestContext.Current.CancellationToken;
        var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        return new ServiceCall(response, await response.Content.ReadAsStreamAsync(token));
    }

    /// <summary>The next message; null at the end.</summary>
    public async Task<T?> ReadAsync<T>()
        where T : class, IMessage<T>, new()
    {
        var token = TestContext.Current.CancellationToken;
        var header = new byte[5];
        if (await body.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, token) == 0)
        {
            return null;
        }

        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await body.ReadExactlyAsync(payload, token);
        return new MessageParser<T>(static () => new T()).ParseFrom(payload);
    }

    /// <summary>How the call ended, once all messages are read.</summary>
    public GrpcStatusCode Status()
    {
        HttpHeaders fields = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (GrpcStatusCode)int.Parse(fields.GetValues("grpc-status").Single(), CultureInfo.InvariantCulture);
    }

    public void Dispose() => response.Dispose();
}
