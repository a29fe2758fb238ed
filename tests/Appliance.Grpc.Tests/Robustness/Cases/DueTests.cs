using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>The judge of answers finds fault with improper ones.</summary>
public sealed class DueTests
{
    private static readonly (string, string)[] s_headers = [(":status", "200"), ("content-type", "application/grpc")];

    private static readonly Due s_due = Due.Status(GrpcStatusCode.Internal);

    [Fact]
    public void A_status_alone_is_proper() => Assert.Null(s_due.Judge(Alone("13")));

    [Fact]
    public void Messages_and_a_status_are_proper()
    {
        var answer = Begun();
        answer.TakeData([0, 0, 0], end: false);
        answer.TakeData([0, 1, 42], end: false);
        answer.TakeHeaders(Fields.Encode([("grpc-status", "13")]), end: true);
        answer.TakeReset(Http2.NoError);
        Assert.Null(s_due.Judge(answer));
        Assert.Equal(1, answer.Messages);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("17")]
    [InlineData("-1")]
    [InlineData("013")]
    [InlineData("x")]
    [InlineData("")]
    public void Another_status_is_not(string status) => Assert.NotNull(s_due.Judge(Alone(status)));

    [Fact]
    public void No_status_is_not()
    {
        var answer = Begun();
        answer.TakeHeaders(Fields.Encode([("x", "y")]), end: true);
        Assert.NotNull(s_due.Judge(answer));
    }

    [Fact]
    public void Two_statuses_are_not()
    {
        var answer = new Answer();
        answer.TakeHeaders(Fields.Encode([.. s_headers, ("grpc-status", "13")]), end: false);
        answer.TakeHeaders(Fields.Encode([("grpc-status", "13")]), end: true);
        Assert.NotNull(s_due.Judge(answer));
    }

    [Fact]
    public void A_reset_is_proper_only_where_it_may_be()
    {
        var answer = Begun();
        answer.TakeReset(1);
        Assert.NotNull(s_due.Judge(answer));
        Assert.Null(s_due.OrReset().Judge(answer));
    }

    [Fact]
    public void An_end_within_a_message_is_not()
    {
        var answer = Begun();
        answer.TakeData([0, 0, 0, 0, 2, 1], end: false);
        answer.TakeHeaders(Fields.Encode([("grpc-status", "13")]), end: true);
        Assert.NotNull(s_due.Judge(answer));
    }

    [Fact]
    public void Frames_after_the_end_are_not()
    {
        var answer = Alone("13");
        answer.TakeData([], end: true);
        Assert.NotNull(s_due.Judge(answer));
    }

    [Fact]
    public void An_HTTP_error_is_proper_only_where_it_is_due()
    {
        var answer = new Answer();
        answer.TakeHeaders(Fields.Encode([(":status", "415")]), end: true);
        Assert.Null(Due.NotGrpc(415).Judge(answer));
        Assert.NotNull(Due.NotGrpc(405).Judge(answer));
        Assert.NotNull(s_due.Judge(answer));
        Assert.Null(Due.Lenient.Judge(answer));
    }

    private static Answer Begun()
    {
        var answer = new Answer();
        answer.TakeHeaders(Fields.Encode(s_headers), end: false);
        return answer;
    }

    private static Answer Alone(string status)
    {
        var answer = new Answer();
        answer.TakeHeaders(Fields.Encode([.. s_headers, ("grpc-status", status)]), end: true);
        return answer;
    }
}
