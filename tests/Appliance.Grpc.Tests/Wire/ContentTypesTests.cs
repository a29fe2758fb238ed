using Appliance.Grpc.Wire;

namespace Appliance.Grpc.Tests.Wire;

public sealed class ContentTypesTests
{
    private static readonly string[] s_twice = ["application/grpc", "application/grpc"];

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc;charset=utf-8", true)]
    [InlineData("Application/GRPC", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/grpcx", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    public void Only_gRPC_is_gRPC(string value, bool expected) => Assert.Equal(expected, ContentTypes.IsGrpc(value));

    [Fact]
    public void A_missing_or_repeated_header_is_not_gRPC()
    {
        Assert.False(ContentTypes.IsGrpc(default));
        Assert.False(ContentTypes.IsGrpc(s_twice));
    }
}
