namespace Appliance.Grpc.Client.Tests;

public sealed class GrpcMetadataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("white space")]
    [InlineData(":path")]
    [InlineData("te")]
    [InlineData("content-type")]
    [InlineData("grpc-timeout")]
    [InlineData("bytes-bin")]
    public void A_name_that_cannot_be_sent_is_refused(string name)
        => Assert.Throws<ArgumentException>(() => new GrpcMetadata { { name, "value" } });

    [Theory]
    [InlineData("secret\r\nx: y")]
    [InlineData("secret\0")]
    [InlineData("später secret")]
    public void A_value_that_cannot_be_sent_is_refused_and_not_repeated(string value)
    {
        var refusal = Assert.Throws<ArgumentException>(() => new GrpcMetadata { { "x-key", value } });
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_need_a_name_that_says_so()
    {
        Assert.Throws<ArgumentException>(() => new GrpcMetadata { { "bytes", new byte[1] } });
        Assert.Equal([0, 255], new GrpcMetadata { { "bytes-bin", new byte[] { 0, 255 } } }.FindBytes("bytes-bin"));
    }
}
