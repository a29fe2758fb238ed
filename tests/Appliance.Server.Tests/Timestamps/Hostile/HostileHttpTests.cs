using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using Appliance.Ledger;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Timestamps.Hostile;

/// <summary>HTTP that is odd, wrong or broken off, around requests that are right.</summary>
public sealed class HostileHttpTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private const string Type = "Content-Type: application/timestamp-query";

    private static readonly byte[] s_good = TsaAppliance.Request(SHA256.HashData("abc"u8));

    private Uri Address => tsa.Appliance.Rest.BaseAddress!;

    [Theory]
    [InlineData("/tsa", 200)]
    [InlineData("/tsa/", 200)]
    [InlineData("/tsa/p256", 200)]
    [InlineData("/tsa?nonce=1", 200)]
    [InlineData("/x/../tsa/p256", 200)]
    [InlineData("/tsa/./p256", 200)]
    [InlineData("/tsa/%70256", 200)]
    [InlineData("http://elsewhere/tsa", 400)]
    [InlineData("http://tsa/tsa", 200)]
    [InlineData("/tsa/../tsa//", 404)]
    [InlineData("/tsa/../../etc/passwd", 404)]
    [InlineData("/tsa//", 404)]
    [InlineData("/tsa//p256", 404)]
    [InlineData("/tsa/p256/", 404)]
    [InlineData("/tsa/p256;x", 404)]
    [InlineData("/tsa/P256", 404)]
    [InlineData("/TSA", 404)]
    [InlineData("/tsa%2fp256", 404)]
    [InlineData("/tsa/%252e", 404)]
    [InlineData("/tsa/p256%00", 400)]
    [InlineData("tsa", 405)]
    public async Task A_unit_has_one_path(string path, int expected)
    {
        using var wire = await RawHttp.ConnectAsync(Address);
        await wire.SendAsync(RawHttp.Post(path, s_good));

        var (status, head, body) = await wire.ReadAsync();

        Assert.True(status == expected, $"{head}\n{Encoding.UTF8.GetString(body)}");
        if (expected == 200)
        {
            Assert.NotEmpty(TimestampResponse.Decode(body).Token.ToArray());
        }
    }

    [Theory]
    [InlineData("Content-Type: application/timestamp-query", 200)]
    [InlineData("content-type: APPLICATION/Timestamp-Query", 200)]
    [InlineData("Content-Type: application/timestamp-query; charset=utf-8; x=\"y;z\"", 200)]
    [InlineData("Content-Type: application/timestamp-query;", 200)]
    [InlineData("Content-Type:   application/timestamp-query  ", 200)]
    [InlineData("X-Nothing: 1", 415)]
    [InlineData("Content-Type: ", 415)]
    [InlineData("Content-Type: application/timestamp-reply", 415)]
    [InlineData("Content-Type: application/timestamp-queryx", 415)]
    [InlineData("Content-Type: application/timestamp-query, application/timestamp-query", 415)]
    [InlineData("Content-Type: text/plain\nContent-Type: application/timestamp-query", 415)]
    [InlineData("Content-Type: */*", 415)]
    [InlineData("Content-Type: application/x-www-form-urlencoded", 415)]
    public async Task A_request_says_what_it_is(string lines, int expected)
    {
        using var wire = await RawHttp.ConnectAsync(Address);
        var length = string.Create(CultureInfo.InvariantCulture, $"\nContent-Length: {s_good.Length}");
        await wire.SendAsync(RawHttp.Post("/tsa", lines + length, s_good));
        Assert.Equal(expected, (await wire.ReadAsync()).Status);

        // The connection goes on: what was refused was read to its end.
        await wire.SendAsync(RawHttp.Post("/tsa", s_good));
        Assert.Equal(200, (await wire.ReadAsync()).Status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("TIMESTAMP")]
    public async Task Every_other_method_is_told_which_is_right(string method)
    {
        using var wire = await RawHttp.ConnectAsync(Address);
        await wire.SendAsync(Encoding.ASCII.GetBytes($"{method} /tsa HTTP/1.1\r\nHost: tsa\r\n\r\n"));

        var (status, head, _) = await wire.ReadAsync(hasBody: method != "HEAD");

        Assert.Equal(405, status);
        Assert.Contains("\r\nAllow: POST", head, StringComparison.OrdinalIgnoreCase);
        await wire.SendAsync(RawHttp.Post("/tsa", s_good));
        Assert.Equal(200, (await wire.ReadAsync()).Status);
    }

    [Theory]
    [InlineData("Content-Length: 0", "", 200)]
    [InlineData("X-Nothing: 1", "", 200)]
    [InlineData("Content-Length: -1", "", 400)]
    [InlineData("Content-Length: 1e3", "", 400)]
    [InlineData("Content-Length: 99999999999999999999", "", 400)]
    [InlineData("Content-Length: 4\nContent-Length: 5", "abcd", 400)]
    [InlineData("Content-Length: 5000", "", 413)]
    [InlineData("Content-Length: 5000\nExpect: 100-continue", "", 413)]
    [InlineData("Content-Length: 9000000000", "", 413)]
    [InlineData("Transfer-Encoding: gzip", "", 400)]
    [InlineData("Transfer-Encoding: chunked", "zz\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked", "FFFFFFFFFFFFFFFF\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked", "1\r\nabc\r\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked", "3;x=y\r\nabc\r\n0\r\nTrailer: 1\r\n\r\n", 200)]
    [InlineData("Transfer-Encoding: chunked", "0\r\n\r\n", 200)]
    public async Task A_body_is_a_body_of_a_right_length(string lines, string body, int expected)
    {
        using var wire = await RawHttp.ConnectAsync(Address);
        await wire.SendAsync(RawHttp.Post("/tsa", $"{Type}\n{lines}", Encoding.ASCII.GetBytes(body)));

        var (status, head, answer) = await wire.ReadAsync();

        Assert.True(status == expected, head);
        if (expected == 200)
        {
            Assert.Equal(TimestampFailure.BadDataFormat, TimestampResponse.Decode(answer).Failure);
        }
    }

    [Fact]
    public async Task Chunks_pieces_and_100_Continue_are_served()
    {
        using var wire = await RawHttp.ConnectAsync(Address);
        var chunks = s_good.SelectMany(octet => (byte[])[.. "1\r\n"u8, octet, .. "\r\n"u8]);
        await wire.SendAsync(
            RawHttp.Post("/tsa", $"{Type}\nTransfer-Encoding: chunked", [.. chunks, .. "0\r\n\r\n"u8]));
        CheckGranted(await wire.ReadAsync());

        foreach (var octet in RawHttp.Post("/tsa", s_good))
        {
            await wire.SendAsync(octet);
        }

        CheckGranted(await wire.ReadAsync());
        var length = string.Create(CultureInfo.InvariantCulture, $"Content-Length: {s_good.Length}");
        await wire.SendAsync(RawHttp.Post("/tsa", $"{Type}\nExpect: 100-continue\n{length}", []));
        Assert.Equal(100, (await wire.ReadAsync()).Status);
        await wire.SendAsync(s_good);
        CheckGranted(await wire.ReadAsync());

        var many = Enumerable.Repeat("800\r\n" + new string('x', 0x800) + "\r\n", 3);
        await wire.SendAsync(RawHttp.Post(
            "/tsa", $"{Type}\nTransfer-Encoding: chunked", Encoding.ASCII.GetBytes(string.Concat(many) + "0\r\n\r\n")));
        Assert.Equal(413, (await wire.ReadAsync()).Status);
    }

    [Fact]
    public async Task Requests_in_a_pipeline_are_answered_in_order()
    {
        using var wire = await RawHttp.ConnectAsync(Address);
        byte[] bad = [.. s_good, 0];
        var all = Enumerable.Range(0, 20).SelectMany(number => RawHttp.Post("/tsa", number % 2 == 0 ? s_good : bad));
        await wire.SendAsync([.. all]);

        for (var number = 0; number < 20; number++)
        {
            var (status, _, body) = await wire.ReadAsync();
            Assert.Equal(200, status);
            Assert.Equal(
                number % 2 == 0 ? TimestampFailure.None : TimestampFailure.BadDataFormat,
                TimestampResponse.Decode(body).Failure);
        }
    }

    /// <summary>Nothing is taken for those: neither a place among the calls in work nor a signature.</summary>
    [Fact]
    public async Task Connections_that_stop_or_end_in_the_middle_hold_nobody_up()
    {
        var before = tsa.Appliance.Audit(AuditEvent.TimestampIntent, limit: 1000).Count;
        var whole = RawHttp.Post("/tsa", s_good);
        var idle = new List<RawHttp>();
        for (var i = 0; i < 100; i++)
        {
            var wire = await RawHttp.ConnectAsync(Address);
            await wire.SendAsync(whole[..((whole.Length - 1) * i / 100)]);
            idle.Add(wire);
        }

        Assert.Equal(0, tsa.Appliance.Wires.CallsInFlight);
        Assert.NotEmpty(await tsa.StampAsync(null, s_good));
        idle.ForEach(wire => wire.Dispose());
        Assert.NotEmpty(await tsa.StampAsync(null, s_good));
        Assert.Equal(before + 2, tsa.Appliance.Audit(AuditEvent.TimestampIntent, limit: 1000).Count);
    }

    /// <summary>Kestrel's 240 octets a second, after a grace of five seconds.</summary>
    [Fact]
    public async Task A_body_that_does_not_come_is_given_up()
    {
        using var wire = await RawHttp.ConnectAsync(Address);
        await wire.SendAsync(RawHttp.Post("/tsa", s_good)[..^1]);

        var (status, _, _) = await wire.ReadAsync();

        Assert.Contains(status, (int[])[408, 400]);
    }

    /// <summary>Without TLS nothing says which HTTP it is: the gRPC address speaks HTTP/2, REST behind it.</summary>
    [Fact]
    public async Task HTTP_2_serves_the_same()
    {
        using var client = new HttpClient { BaseAddress = tsa.Appliance.GrpcAddress };
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => SendAsync(client, number)));

        for (var number = 0; number < answers.Length; number++)
        {
            Assert.Equal(
                number % 2 == 0 ? TimestampFailure.None : TimestampFailure.BadDataFormat,
                TimestampResponse.Decode(answers[number]).Failure);
        }

        static async Task<byte[]> SendAsync(HttpClient client, int number)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, "/tsa/p256")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(number % 2 == 0 ? s_good : [.. s_good, 0]),
            };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var response = await client.SendAsync(message, TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
            return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        }
    }

    private static void CheckGranted((int Status, string Head, byte[] Body) answer)
    {
        Assert.True(answer.Status == 200, answer.Head);
        Assert.Contains("Content-Type: application/timestamp-reply", answer.Head, StringComparison.OrdinalIgnoreCase);
        Assert.True(Rfc3161TimestampRequest.TryDecode(s_good, out var request, out _));
        request.ProcessResponse(answer.Body, out _);
    }
}
