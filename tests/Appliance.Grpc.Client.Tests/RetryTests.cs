using System.Collections.Concurrent;
using Appliance.Grpc.Client.Tests.Protos;
using Appliance.Grpc.Client.Tests.Support;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc.Client.Tests;

public sealed class RetryTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<IHeaderDictionary> _attempts = new();
    private readonly ManualTime _time = new();
    private Func<HttpContext, int, Task> _answer = (_, _) => Task.CompletedTask;
    private RawServer _server = null!;
    private GrpcChannel _channel = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RawServer.StartAsync(http =>
        {
            // A copy: Kestrel uses the object again.
            _attempts.Enqueue(
                new HeaderDictionary(http.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)));
            return _answer(http, _attempts.Count);
        });
        _channel = new GrpcChannel(_server.Address, new GrpcChannelOptions { Time = _time });
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_call_with_a_request_id_is_made_again_until_it_succeeds()
    {
        FailUntil(4);
        var call = AskAsync("order-7");
        await PassAsync(TimeSpan.FromMilliseconds(100));
        await PassAsync(TimeSpan.FromMilliseconds(200));
        await PassAsync(TimeSpan.FromMilliseconds(400));
        Assert.Equal(4, (await call).Message.Number);
        Assert.All(_attempts, headers => Assert.Equal("order-7", headers["idempotency-key"]));
        AssertHeader("grpc-previous-rpc-attempts", "", "1", "2", "3");
    }

    [Fact]
    public async Task The_attempts_have_an_end()
    {
        FailUntil(int.MaxValue);
        var call = AskAsync("order-7");
        for (var i = 0; i < 4; i++)
        {
            await PassAsync(TimeSpan.FromMilliseconds(100 << i));
        }

        Assert.Equal(GrpcStatusCode.Unavailable, await CodeAsync(call));
        Assert.Equal(5, _attempts.Count);
        Assert.Equal(0, _time.BegunWaits);
    }

    [Fact]
    public async Task A_call_without_a_request_id_is_made_once()
    {
        FailUntil(2);
        Assert.Equal(GrpcStatusCode.Unavailable, await CodeAsync(AskAsync(null)));
        Assert.Single(_attempts);
    }

    [Theory]
    [InlineData(GrpcStatusCode.Aborted)]
    [InlineData(GrpcStatusCode.ResourceExhausted)]
    [InlineData(GrpcStatusCode.Unknown)]
    public async Task Only_UNAVAILABLE_is_tried_again(GrpcStatusCode code)
    {
        FailUntil(2, code);
        Assert.Equal(code, await CodeAsync(AskAsync("order-7")));
        Assert.Single(_attempts);
    }

    [Fact]
    public async Task A_message_before_UNAVAILABLE_does_not_keep_a_unary_call_from_a_retry()
    {
        _answer = async (http, attempt) =>
        {
            await RawGrpc.WriteAsync(http, new Note { Number = attempt });
            RawGrpc.End(http, attempt < 2 ? GrpcStatusCode.Unavailable : GrpcStatusCode.Ok);
        };
        var call = AskAsync("order-7");
        await PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, (await call).Message.Number);
    }

    [Fact]
    public async Task The_server_says_how_long_to_wait()
    {
        FailUntil(2, trailer: ("grpc-retry-pushback-ms", "1500"));
        var call = AskAsync("order-7");
        Assert.Equal(TimeSpan.FromMilliseconds(1500), await _time.NextWaitAsync());
        _time.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(2, (await call).Message.Number);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("99999999999999999999")]
    public async Task The_server_says_not_to_try_again(string pushback)
    {
        FailUntil(2, trailer: ("grpc-retry-pushback-ms", pushback));
        Assert.Equal(GrpcStatusCode.Unavailable, await CodeAsync(AskAsync("order-7")));
        Assert.Single(_attempts);
    }

    [Fact]
    public async Task The_backoff_comes_on_top_of_RetryInfo()
    {
        FailUntil(2, trailer: ("grpc-status-details-bin", RetryInfo(TimeSpan.FromSeconds(2))));
        var call = AskAsync("order-7");
        var wait = await _time.NextWaitAsync();
        Assert.InRange(wait, TimeSpan.FromMilliseconds(2001), TimeSpan.FromMilliseconds(2100));
        _time.Advance(wait);
        Assert.Equal(2, (await call).Message.Number);
    }

    [Fact]
    public async Task A_RetryInfo_out_of_range_is_left_out()
    {
        var details = RetryInfo(new Duration { Seconds = long.MaxValue, Nanos = -1 });
        FailUntil(2, trailer: ("grpc-status-details-bin", details));
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => AskAsync(null));
        Assert.Equal(GrpcStatusCode.Unavailable, failure.Code);
        Assert.Null(failure.RetryAfter);
    }

    [Fact]
    public async Task The_deadline_is_one_over_all_attempts()
    {
        FailUntil(3, trailer: ("grpc-retry-pushback-ms", "3000"));
        var call = AskAsync("order-7", TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(10), await _time.NextWaitAsync());
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(TimeSpan.FromSeconds(3), await _time.NextWaitAsync());
            _time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(3, (await call).Message.Number);
        AssertHeader("grpc-timeout", "10000000u", "7000000u", "4000000u");
    }

    [Fact]
    public async Task No_wait_goes_past_the_deadline()
    {
        FailUntil(2, trailer: ("grpc-retry-pushback-ms", "10000"));
        Assert.Equal(GrpcStatusCode.Unavailable, await CodeAsync(AskAsync("order-7", TimeSpan.FromSeconds(10))));
        Assert.Single(_attempts);
    }

    [Fact]
    public async Task The_deadline_ends_a_later_attempt()
    {
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _answer = (http, attempt) =>
        {
            if (attempt > 1)
            {
                second.TrySetResult();
                return RawGrpc.AbortedAsync(http);
            }

            RawGrpc.Trailer(http, "grpc-retry-pushback-ms", "3000");
            RawGrpc.End(http, GrpcStatusCode.Unavailable);
            return Task.CompletedTask;
        };
        var call = AskAsync("order-7", TimeSpan.FromSeconds(10));
        await _time.NextWaitAsync();
        await _time.NextWaitAsync();
        _time.Advance(TimeSpan.FromSeconds(3));
        await second.Task.WaitAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, await CodeAsync(call));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        FailUntil(2);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var call = _channel.UnaryAsync<Note, Note>(
            RawGrpc.Ask, new Note(), new GrpcCallOptions { RequestId = "order-7" }, cancellation.Token);
        await _time.NextWaitAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(_attempts);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_again()
    {
        await _server.DisposeAsync();
        var call = AskAsync("order-7");
        for (var i = 0; i < 4; i++)
        {
            await PassAsync(TimeSpan.FromMilliseconds(100 << i));
        }

        Assert.Equal(GrpcStatusCode.Unavailable, await CodeAsync(call));
    }

    [Fact]
    public async Task A_stream_of_responses_is_asked_for_again_until_it_begins()
    {
        _answer = async (http, attempt) =>
        {
            if (attempt > 1)
            {
                await RawGrpc.WriteAsync(http, new Note { Number = attempt });
            }

            RawGrpc.End(http, GrpcStatusCode.Unavailable);
        };
        await using var call = _channel.ServerStreaming<Note, Note>(
            RawGrpc.Download, new Note(), new GrpcCallOptions { RequestId = "order-7" }, Token);
        await PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, (await call.ReadAsync(Token))!.Number);
        Assert.Equal(GrpcStatusCode.Unavailable, await CodeAsync(call.ReadAsync(Token).AsTask()));
        Assert.Equal(2, _attempts.Count);
        Assert.Equal(0, _time.BegunWaits);
    }

    [Fact]
    public async Task A_stream_of_requests_carries_its_id_and_is_made_once()
    {
        FailUntil(2);
        await using var call = _channel.ClientStreaming<Note, Note>(
            RawGrpc.Upload, new GrpcCallOptions { RequestId = "order-7" }, Token);
        Assert.Equal(GrpcStatusCode.Unavailable, await CodeAsync(call.CompleteAsync(Token)));
        Assert.Equal("order-7", Assert.Single(_attempts)["idempotency-key"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("später")]
    [InlineData("line\nbreak")]
    public void A_request_id_is_visible_ASCII(string id)
        => Assert.Throws<ArgumentException>(() => new GrpcCallOptions { RequestId = id });

    [Fact]
    public void A_request_id_has_at_most_128_characters()
    {
        Assert.Equal(128, new GrpcCallOptions { RequestId = new string('~', 128) }.RequestId!.Length);
        Assert.Throws<ArgumentException>(() => new GrpcCallOptions { RequestId = new string('~', 129) });
    }

    private static string RetryInfo(TimeSpan delay) => RetryInfo(Duration.FromTimeSpan(delay));

    /// <summary>google.rpc.Status by hand: field 3 is an Any of google.rpc.RetryInfo, whose field 1 is the delay.
    /// </summary>
    private static string RetryInfo(Duration delay)
    {
        var any = new Any
        {
            TypeUrl = "type.googleapis.com/google.rpc.RetryInfo",
            Value = ByteString.CopyFrom([0x0A, (byte)delay.CalculateSize(), .. delay.ToByteArray()]),
        };
        return Convert.ToBase64String([0x1A, (byte)any.CalculateSize(), .. any.ToByteArray()]);
    }

    private static async Task<GrpcStatusCode> CodeAsync(Task call)
        => (await Assert.ThrowsAsync<GrpcStatusException>(() => call)).Code;

    private void AssertHeader(string name, params string[] values)
        => Assert.Equal(values, _attempts.Select(headers => headers[name].ToString()), StringComparer.Ordinal);

    private void FailUntil(
        int success, GrpcStatusCode code = GrpcStatusCode.Unavailable, (string Name, string Value)? trailer = null)
        => _answer = async (http, attempt) =>
        {
            if (attempt >= success)
            {
                await RawGrpc.WriteAsync(http, new Note { Number = attempt });
                RawGrpc.End(http);
                return;
            }

            if (trailer is { } field)
            {
                RawGrpc.Trailer(http, field.Name, field.Value);
            }

            RawGrpc.End(http, code);
        };

    /// <summary>Lets the next wait pass, after a look at its length.</summary>
    private async Task PassAsync(TimeSpan most)
    {
        var wait = await _time.NextWaitAsync();
        Assert.InRange(wait, TimeSpan.FromMilliseconds(1), most);
        _time.Advance(wait);
    }

    private Task<GrpcResponse<Note>> AskAsync(string? id, TimeSpan? timeout = null)
        => _channel.UnaryAsync<Note, Note>(
            RawGrpc.Ask, new Note(), new GrpcCallOptions { RequestId = id, Timeout = timeout }, Token);
}
