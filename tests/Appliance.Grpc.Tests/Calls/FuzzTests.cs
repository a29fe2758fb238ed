using System.Collections.Concurrent;
using System.Globalization;
using Appliance.Grpc.Tests.Support;

namespace Appliance.Grpc.Tests.Calls;

/// <summary>Damaged requests: always a proper status, never a crash, and the server goes on as before.</summary>
public sealed class FuzzTests
{
    private const int Requests = 4_000;
    private const int AtATime = 16;
    private const long EnhanceYourCalm = 0xB;

    [Fact]
    public async Task Damaged_requests_always_get_a_proper_status()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync(
            new GrpcServerOptions { MaxReceiveMessageSize = 10_000, MaxSendMessageSize = 20_000 });
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine("seed " + seed.ToString(CultureInfo.InvariantCulture));
        var answered = 0;
        var resets = new ConcurrentQueue<HttpRequestException>();
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (i, _) =>
        {
            var random = new Random(unchecked(seed + i));
            try
            {
                var answer = await Damaged(random).SendAsync(server, token);
                Assert.Equal(200, answer.Http);
                Assert.InRange((int)answer.Status, 0, 16);
                Assert.NotEqual(GrpcStatusCode.Unavailable, answer.Status);
                Interlocked.Increment(ref answered);
            }
            catch (HttpRequestException exception)
            {
                // Kestrel's own defence: when more than some 200 uploads of a connection were refused half-way within
                // 5 s, it resets further ones with ENHANCE_YOUR_CALM, and a client that goes on loses the connection.
                resets.Enqueue(exception);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine(answered.ToString(CultureInfo.InvariantCulture) + " answered");
        Assert.InRange(answered, Requests / 2, Requests);
        Assert.True(resets.IsEmpty || resets.Any(IsEnhanceYourCalm));
        Assert.Equal(GrpcStatusCode.Ok, (await RawCall.Of("echo").SendAsync(server, token)).Status);
        Assert.DoesNotContain(server.Log.Entries, entry => entry.Category.Contains("Kestrel", StringComparison.Ordinal)
            && entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private static bool IsEnhanceYourCalm(HttpRequestException exception)
        => exception.InnerException is HttpProtocolException { ErrorCode: EnhanceYourCalm };

    private static RawCall Damaged(Random random)
    {
        var good = RawCall.Frame(RawCall.Request("echo", new byte[random.Next(200)], "text"));
        var bad = random.Next(6) switch
        {
            0 => good[..random.Next(good.Length)],
            1 => [.. good, .. Noise(random, random.Next(1, 50))],
            2 => Noise(random, random.Next(300)),
            3 => Flipped(random, good),
            4 => RawCall.Frame(Noise(random, random.Next(100)), (byte)random.Next(3)),
            _ => [(byte)random.Next(2), .. Noise(random, 4), .. good],
        };
        var call = new RawCall { Parts = Cut(random, bad) };
        if (random.Next(3) == 0)
        {
            string[] encodings = ["gzip", "identity", "deflate", "gzip,gzip", "\"", "x"];
            call.Headers["grpc-encoding"] = encodings[random.Next(encodings.Length)];
        }

        if (random.Next(5) == 0)
        {
            string[] timeouts = ["1H", "0n", "1n", "99999999H", "-1S", "1", "S", "9999999999m"];
            call.Headers["grpc-timeout"] = timeouts[random.Next(timeouts.Length)];
        }

        return call;
    }

    private static byte[] Noise(Random random, int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Flipped(Random random, byte[] good)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            good[random.Next(good.Length)] ^= (byte)(1 << random.Next(8));
        }

        return good;
    }

    private static byte[][] Cut(Random random, byte[] body)
    {
        if (body.Length < 2 || random.Next(2) == 0)
        {
            return body.Length == 0 ? [] : [body];
        }

        var cut = random.Next(1, body.Length);
        return [body[..cut], body[cut..]];
    }
}
