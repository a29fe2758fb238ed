using System.Buffers;
using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Support;
using Appliance.Grpc.Wire;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Calls;

public sealed class CompressionTests
{
    private static readonly TestResponse s_large = new() { Payload = ByteString.CopyFrom(new byte[10_000]) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("identity,deflate,gzip", true)]
    [InlineData("identity, gzip", true)]
    [InlineData("identity", false)]
    [InlineData("gzipped", false)]
    [InlineData(null, false)]
    public async Task A_response_is_compressed_where_the_method_says_so_and_the_client_takes_it(
        string? accepted, bool compressed)
    {
        await using var server = await TestServer.StartAsync(
            new GrpcServerOptions(), ofMethod: new GrpcMethodOptions { CompressResponses = true });
        var call = RawCall.Of("echo", new byte[10_000]);
        if (accepted is not null)
        {
            call.Headers["grpc-accept-encoding"] = accepted;
        }

        var answer = await call.SendAsync(server, Token);

        Assert.Equal(GrpcStatusCode.Ok, answer.Status);
        Assert.Equal(compressed, answer.Headers.ContainsKey("grpc-encoding"));
        Assert.Equal(compressed ? 1 : 0, answer.Body[0]);
        var payload = compressed ? Unpack(answer.Body[5..]) : answer.Body[5..];
        Assert.Equal(new byte[10_000], TestResponse.Parser.ParseFrom(payload).Payload.ToByteArray());
        Assert.Equal(compressed, answer.Body.Length < 1_000);
    }

    [Fact]
    public async Task A_response_is_not_compressed_unless_the_method_says_so()
    {
        await using var server = await TestServer.StartAsync();
        var call = RawCall.Of("echo", new byte[10_000]);
        call.Headers["grpc-accept-encoding"] = "gzip";
        Assert.Equal(0, (await call.SendAsync(server, Token)).Body[0]);
    }

    [Fact]
    public async Task A_stream_decides_message_by_message()
    {
        await using var server = await TestServer.StartAsync(
            new GrpcServerOptions(), ofMethod: new GrpcMethodOptions { CompressResponses = true });
        server.Handlers.Exchange = async (_, responses, call) =>
        {
            await responses.WriteAsync(s_large);
            call.CompressResponses = false;
            await responses.WriteAsync(s_large);
            call.CompressResponses = true;
            await responses.WriteAsync(s_large);
        };
        await using var stream = RawStream.Open(
            server, "Exchange", Token, new(StringComparer.Ordinal) { ["grpc-accept-encoding"] = "gzip" });
        foreach (byte flag in new byte[] { 1, 0, 1 })
        {
            var frame = (await stream.ReadFrameAsync())!.Value;
            Assert.Equal(flag, frame.Flag);
            Assert.Equal(s_large, TestResponse.Parser.ParseFrom(flag == 1 ? Unpack(frame.Payload) : frame.Payload));
        }

        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task Requests_of_a_stream_may_be_compressed_or_not()
    {
        await using var server = await TestServer.StartAsync();
        var flags = new List<bool>();
        server.Handlers.Upload = async (requests, call) =>
        {
            while (await requests.ReadAsync(call.CancellationToken) is not null)
            {
                flags.Add(call.LastRequestCompressed);
            }

            return new TestResponse();
        };
        await using var stream = RawStream.Open(
            server, "Upload", Token, new(StringComparer.Ordinal) { ["grpc-encoding"] = "gzip" });
        var zipped = Wire.GzipMessageTests.Zip(RawCall.Request("", new byte[1_000]));
        await stream.SendAsync([.. RawCall.Frame(zipped, 1), .. RawStream.Frame([1]), .. RawCall.Frame(zipped, 1)]);
        await stream.CloseAsync();
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
        Assert.Equal([true, false, true], flags);
    }

    private static byte[] Unpack(byte[] zipped)
    {
        var (buffer, length, failure) = GzipMessage.Decompress(new ReadOnlySequence<byte>(zipped), 1_000_000);
        Assert.Null(failure);
        var plain = buffer.AsSpan(0, length).ToArray();
        GzipMessage.Return(buffer!);
        return plain;
    }
}
