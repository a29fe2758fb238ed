using System.Net;
using Appliance.Grpc.Tests.Support;
using Appliance.Grpc.Tests.Wire;
using Appliance.Grpc.Wire;

namespace Appliance.Grpc.Tests.Calls;

public sealed class ProtocolTests : IAsyncLifetime
{
    private const int MaxReceive = 200_000;
    private const int Half = MaxReceive / 2;
    private const int MaxSend = 100_000;

    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(
        new GrpcServerOptions { MaxReceiveMessageSize = MaxReceive, MaxSendMessageSize = MaxSend });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_unary_call_is_answered_with_headers_one_message_and_trailers()
    {
        var answer = await RawCall.Of("echo", [1, 2, 3], "hello").SendAsync(_server, Token);
        Assert.Equal(200, answer.Http);
        Assert.Equal("application/grpc", answer.ContentType);
        Assert.Equal(GrpcStatusCode.Ok, answer.Status);
        Assert.False(answer.TrailersOnly);
        Assert.Null(answer.Message);
        Assert.Equal([1, 2, 3], answer.Response.Payload.ToByteArray());
        Assert.Equal("hello", answer.Response.Text);
    }

    [Fact]
    public async Task A_handler_that_waits_is_answered_alike()
        => Assert.Equal([9], (await RawCall.Of("yield", [9]).SendAsync(_server, Token)).Response.Payload.ToByteArray());

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;x=y")]
    public async Task Formats_and_parameters_of_the_content_type_are_taken(string contentType)
    {
        var call = new RawCall { ContentType = contentType, Parts = RawCall.Of("echo").Parts };
        Assert.Equal(GrpcStatusCode.Ok, (await call.SendAsync(_server, Token)).Status);
    }

    [Fact]
    public async Task The_te_header_may_be_missing()
    {
        var call = new RawCall { Te = null, Parts = RawCall.Of("echo").Parts };
        Assert.Equal(GrpcStatusCode.Ok, (await call.SendAsync(_server, Token)).Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData(null)]
    public async Task Another_content_type_is_415(string? contentType)
    {
        var call = new RawCall { ContentType = contentType, Parts = RawCall.Of("echo").Parts };
        Assert.Equal(415, (await call.SendAsync(_server, Token)).Http);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("POSTS")]
    public async Task Another_HTTP_method_is_405(string method)
    {
        var answer = await new RawCall { Method = new HttpMethod(method) }.SendAsync(_server, Token);
        Assert.Equal(405, answer.Http);
        Assert.Equal("POST", answer.Allow);
    }

    [Fact]
    public async Task HTTP_1_is_426()
    {
        using var response = await _server.Client.PostAsync(
            new Uri(_server.Http1, TestHandlers.Path), new ByteArrayContent([]), Token);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Theory]
    [InlineData("/appliance.test.Behaviours/Missing")]
    [InlineData("/appliance.test.behaviours/Unary")]
    [InlineData("/none.Such/Method")]
    [InlineData("/")]
    public async Task An_unknown_method_is_UNIMPLEMENTED_in_trailers_only(string path)
    {
        var answer = await new RawCall { Path = path, Parts = RawCall.Of("echo").Parts }.SendAsync(_server, Token);
        Assert.Equal(200, answer.Http);
        Assert.Equal(GrpcStatusCode.Unimplemented, answer.Status);
        Assert.True(answer.TrailersOnly);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task What_is_not_gRPC_goes_down_the_pipeline()
    {
        var call = new RawCall { Path = "/csc/v2/info", ContentType = "application/json" };
        Assert.Equal("next"u8.ToArray(), (await call.SendAsync(_server, Token)).Body);
    }

    [Fact]
    public async Task A_message_may_come_in_any_number_of_DATA_frames()
    {
        var frame = RawCall.Frame(RawCall.Request("echo", [1, 2, 3]));
        for (var cut = 1; cut < 7; cut++)
        {
            var call = new RawCall { Parts = [frame[..cut], frame[cut..]] };
            Assert.Equal(GrpcStatusCode.Ok, (await call.SendAsync(_server, Token)).Status);
        }

        var single = new RawCall { Parts = [.. frame.Select(value => new[] { value })] };
        Assert.Equal([1, 2, 3], (await single.SendAsync(_server, Token)).Response.Payload.ToByteArray());
    }

    [Fact]
    public async Task Bodies_that_are_not_one_message_are_INTERNAL()
    {
        var frame = RawCall.Frame(RawCall.Request("echo"));
        await Expect(WireStatus.MessageMissing, []);
        await Expect(WireStatus.MessageTruncated, frame[..3]);
        await Expect(WireStatus.MessageTruncated, frame[..^1]);
        await Expect(WireStatus.MessageExtra, [.. frame, .. frame]);
        await Expect(WireStatus.FlagInvalid, [2, .. frame[1..]]);
        await Expect(WireStatus.CompressedWithoutEncoding, [1, .. frame[1..]]);
        await Expect(WireStatus.MessageUnreadable, RawCall.Frame([0xFF, 0xFF, 0xFF]));
    }

    [Fact]
    public async Task Messages_over_the_limits_are_RESOURCE_EXHAUSTED()
    {
        await Expect(WireStatus.RequestTooLarge, [0, 0xFF, 0xFF, 0xFF, 0xFF, 1]);
        await Expect(WireStatus.RequestTooLarge, RawCall.Frame(new byte[MaxReceive + 1]));
        var answer = await RawCall.Of("size", responseSize: MaxSend).SendAsync(_server, Token);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, answer.Status);
        Assert.Equal(WireStatus.ResponseTooLarge.Message, answer.Message);
    }

    [Fact]
    public async Task Messages_up_to_the_limits_pass()
    {
        var overhead = RawCall.Request("size", new byte[Half], responseSize: MaxSend - 5).Length - Half;
        var request = RawCall.Request("size", new byte[MaxReceive - overhead], responseSize: MaxSend - 5);
        Assert.Equal(MaxReceive, request.Length);
        var answer = await new RawCall { Parts = [RawCall.Frame(request)] }.SendAsync(_server, Token);
        Assert.Equal(GrpcStatusCode.Ok, answer.Status);
        Assert.Equal(MaxSend - 5, answer.Response.Payload.Length);
    }

    [Fact]
    public async Task Gzip_and_identity_requests_are_read()
    {
        var zipped = RawCall.Frame(GzipMessageTests.Zip(RawCall.Request("echo", new byte[1_000])), flag: 1);
        var answer = await Encoded("gzip", zipped).SendAsync(_server, Token);
        Assert.Equal(1_000, answer.Response.Payload.Length);

        // With grpc-encoding: gzip a message may still come as it is.
        var plain = RawCall.Frame(RawCall.Request("echo", [5]));
        Assert.Equal([5], (await Encoded("gzip", plain).SendAsync(_server, Token)).Response.Payload.ToByteArray());
        Assert.Equal([5], (await Encoded("identity", plain).SendAsync(_server, Token)).Response.Payload.ToByteArray());
    }

    [Fact]
    public async Task A_bomb_is_RESOURCE_EXHAUSTED_and_broken_gzip_INTERNAL()
    {
        var bomb = RawCall.Frame(GzipMessageTests.Zip(new byte[20_000_000]), flag: 1);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, (await Encoded("gzip", bomb).SendAsync(_server, Token)).Status);
        var broken = RawCall.Frame([1, 2, 3, 4], flag: 1);
        Assert.Equal(GrpcStatusCode.Internal, (await Encoded("gzip", broken).SendAsync(_server, Token)).Status);
    }

    [Fact]
    public async Task An_unknown_encoding_is_UNIMPLEMENTED_and_told_what_is_known()
    {
        var answer = await Encoded("deflate", RawCall.Frame([])).SendAsync(_server, Token);
        Assert.Equal(GrpcStatusCode.Unimplemented, answer.Status);
        Assert.Equal("identity,gzip", answer.Headers["grpc-accept-encoding"]);
    }

    private static RawCall Encoded(string encoding, byte[] body) => new()
    {
        Headers = new(StringComparer.Ordinal) { ["grpc-encoding"] = encoding },
        Parts = [body],
    };

    private async Task Expect(GrpcStatus expected, byte[] body)
    {
        var answer = await new RawCall { Parts = body.Length == 0 ? [] : [body] }.SendAsync(_server, Token);
        Assert.Equal((expected.Code, expected.Message), (answer.Status, answer.Message));
        Assert.True(answer.TrailersOnly);
    }
}
