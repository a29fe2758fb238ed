using System.Security.Cryptography;
using Appliance.Grpc.Client.Tests.Support;
using Appliance.Grpc.Client.Wire;

namespace Appliance.Grpc.Client.Tests.Wire;

public sealed class MessageReaderTests
{
    private static readonly int[] s_sizes = [0, 1, 5, 4091, 4092, 0, 100_000, 3, 20_000];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(int.MaxValue)]
    public async Task Messages_are_the_same_however_the_body_is_cut(int part)
    {
        var messages = s_sizes.Select(RandomNumberGenerator.GetBytes).ToList();
        await using var body = new PartialStream(
            [.. messages.SelectMany(message => RawGrpc.Frame(message, flag: 0))], part);
        using var reader = new MessageReader(body, gzip: false, 100_000);
        foreach (var message in messages)
        {
            Assert.True(await reader.ReadAsync(Token));
            Assert.Equal(message, reader.Payload);
        }

        Assert.False(await reader.ReadAsync(Token));
        Assert.False(reader.Truncated);
    }

    [Fact]
    public async Task Messages_that_came_together_cost_one_read()
    {
        await using var body = new PartialStream(
            [.. Enumerable.Repeat(RawGrpc.Frame([1, 2, 3], flag: 0), 500).SelectMany(frame => frame)], int.MaxValue);
        using var reader = new MessageReader(body, gzip: false, 100);
        for (var i = 0; i < 500; i++)
        {
            Assert.True(await reader.ReadAsync(Token));
        }

        Assert.Equal(1, body.Reads);
    }

    [Fact]
    public async Task A_header_that_promises_much_costs_little()
    {
        // The largest length there is, of which one byte comes.
        await using var body = new PartialStream([0, 0x7F, 0xFF, 0xFF, 0x00, 1], int.MaxValue);
        using var reader = new MessageReader(body, gzip: false, int.MaxValue);
        Assert.False(await reader.ReadAsync(Token));
        Assert.True(reader.Truncated);
        Assert.InRange(body.LargestRoom, 1, 16 * 1024);
    }

    [Fact]
    public async Task A_message_of_more_than_an_array_holds_is_RESOURCE_EXHAUSTED()
    {
        await using var body = new PartialStream([0, 0xFF, 0xFF, 0xFF, 0xFF], int.MaxValue);
        using var reader = new MessageReader(body, gzip: false, int.MaxValue);
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => reader.ReadAsync(Token).AsTask());
        Assert.Equal(GrpcStatusCode.ResourceExhausted, failure.Code);
    }

    [Fact]
    public async Task Damaged_bodies_end_with_a_status_or_an_end()
    {
        var whole = RawGrpc.Frame(RawGrpc.Gzip(RandomNumberGenerator.GetBytes(100)), flag: 1);
        byte[] good = [.. RawGrpc.Frame(new byte[50], flag: 0), .. whole, .. whole];
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = good.ToArray();
            for (var j = RandomNumberGenerator.GetInt32(3); j >= 0; j--)
            {
                damaged[RandomNumberGenerator.GetInt32(damaged.Length)] = RandomNumberGenerator.GetBytes(1)[0];
            }

            var length = RandomNumberGenerator.GetInt32(good.Length + 1);
            await using var body = new PartialStream(damaged[..length], RandomNumberGenerator.GetInt32(1, 100));
            using var reader = new MessageReader(body, gzip: true, 1000);
            try
            {
                while (await reader.ReadAsync(Token))
                {
                    Assert.InRange(reader.Payload.Length, 0, 1000);
                }
            }
            catch (GrpcStatusException failure)
            {
                Assert.True(failure.Code is GrpcStatusCode.Internal or GrpcStatusCode.ResourceExhausted);
            }
        }
    }
}
