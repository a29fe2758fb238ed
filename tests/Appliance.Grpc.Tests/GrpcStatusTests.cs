namespace Appliance.Grpc.Tests;

public sealed class GrpcStatusTests
{
    [Fact]
    public void Details_are_a_google_rpc_Status_in_base64_without_padding()
    {
        var status = new GrpcStatus(
            GrpcStatusCode.ResourceExhausted,
            "wait",
            new GrpcErrorInfo("temporarily_unavailable", "example.org"),
            TimeSpan.FromMilliseconds(1_200.5));
        Assert.DoesNotContain("=", status.EncodedDetails, StringComparison.Ordinal);
        var padded = status.EncodedDetails!.PadRight((status.EncodedDetails.Length + 3) / 4 * 4, '=');
        var decoded = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(padded));
        Assert.Equal(8, decoded.Code);
        Assert.Equal("wait", decoded.Message);
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", decoded.Details[0].TypeUrl);
        Assert.Equal("temporarily_unavailable", decoded.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);
        Assert.Equal(
            TimeSpan.FromMilliseconds(1_200.5),
            decoded.Details[1].Unpack<Google.Rpc.RetryInfo>().RetryDelay.ToTimeSpan());
        Assert.Equal("1201", status.EncodedPushback);
    }

    [Theory]
    [InlineData("é", 6)]
    [InlineData("☺", 9)]
    [InlineData("😈", 12)]
    [InlineData("\n", 3)]
    public void A_long_text_fits_into_metadata_and_is_cut_between_characters(string character, int encodedLength)
    {
        var status = new GrpcStatus(
            GrpcStatusCode.Internal, string.Concat(Enumerable.Repeat(character, 3_000)), retryAfter: TimeSpan.Zero);
        var characters = GrpcStatus.MaxMessageLength / encodedLength;
        Assert.Equal(string.Concat(Enumerable.Repeat(character, characters)), status.Message);
        Assert.Equal(characters * encodedLength, status.EncodedMessage.Length);
        Assert.InRange(status.EncodedMessage.Length + status.EncodedDetails!.Length, 1, 6_000);
    }

    [Fact]
    public void Long_texts_are_cut_and_unknown_codes_refused()
    {
        var status = new GrpcStatus(GrpcStatusCode.Internal, new string('x', 100_000));
        Assert.Equal(GrpcStatus.MaxMessageLength, status.Message.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcStatus((GrpcStatusCode)17));
    }
}
