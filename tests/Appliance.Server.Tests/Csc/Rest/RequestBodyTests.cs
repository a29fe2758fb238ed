using System.Buffers;
using System.Text;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rest;

namespace Appliance.Server.Tests.Csc.Rest;

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("", "application/x-www-form-urlencoded")]
    [InlineData(" \r\n\t", "application/json")]
    [InlineData("{}", "application/json")]
    [InlineData("{}", null)]
    [InlineData(" {} \n", "application/json; charset=utf-8")]
    [InlineData("{}", "APPLICATION/JSON;CHARSET=UTF-8")]
    [InlineData("{}", "application/json; charset=\"utf-8\"")]
    [InlineData("{}", "application/csc+json")]
    [InlineData("null", "application/json")]
    [InlineData("\uFEFF{}", "application/json")]
    public void A_body_may_say_nothing(string body, string? contentType)
    {
        var answer = Inputs.Parse(body, InputJson.Default.ListInput, contentType);

        Assert.Null(answer.Error);
        Assert.Equal(default, answer.Value.UserId);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("[]")]
    [InlineData("17")]
    [InlineData("\"text\"")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"userID\":}")]
    [InlineData("{/* */}")]
    [InlineData("{\"x\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}")]
    [InlineData("{\"userID\":\"a\",\"userID\":\"b\"}")]
    [InlineData("{\"userID\":{\"a\":[}}")]
    public void What_is_no_JSON_object_is_an_invalid_request(string body)
    {
        var error = Inputs.Parse(body, InputJson.Default.ListInput).Error!;

        Assert.Equal((400, "invalid_request"), ((int)error.HttpStatus, error.Error));
        Assert.Equal(CscErrors.GenericDescription, error.Description);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    public void Another_type_of_content_is_told(string contentType)
        => Assert.Same(CscErrors.NotJson, Inputs.Parse("{}", InputJson.Default.ListInput, contentType).Error);

    [Fact]
    public void A_body_in_many_pieces_reads_the_same()
    {
        const string Json = "{\"credentialID\":\"" + Inputs.CredentialId + "\",\"SAD\":\"s\\u0041d\","
            + "\"hash\":[\"AQID\",\"AA\\u0041A\"],\"signAlgo\":\"1.2.3\",\"numbers\":[1,2.5,-3e4]}";
        var bytes = Encoding.UTF8.GetBytes(Json);
        var first = new Piece(bytes.AsMemory(0, 1));
        var last = first;
        for (var i = 1; i < bytes.Length; i++)
        {
            last = last.Append(bytes.AsMemory(i, 1));
        }

        var body = new ReadOnlySequence<byte>(first, 0, last, 1);
        var input = RequestBody.Parse(body, "application/json", InputJson.Default.SignHashInput).Value;

        Assert.Equal("sAd", input.Sad.Value);
        Assert.Equal([[1, 2, 3], [0, 0, 0]], input.Hash.Values);
    }

    [Fact]
    public void Broken_UTF8_is_refused()
    {
        byte[] body = [.. "{\"userID\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        var answer = RequestBody.Parse(
            new ReadOnlySequence<byte>(body), "application/json", InputJson.Default.ListInput);

        Assert.True(answer.Error is not null || answer.Value.UserId.IsWrongType);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
