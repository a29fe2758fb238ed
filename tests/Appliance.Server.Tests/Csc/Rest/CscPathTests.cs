using Appliance.Server.Csc.Rest;

namespace Appliance.Server.Tests.Csc.Rest;

public sealed class CscPathTests
{
    [Theory]
    [InlineData("/csc/v1/info", "/csc/v1/info")]
    [InlineData("/csc/v1//info", "/csc/v1/info")]
    [InlineData("//csc///v1/info//", "/csc/v1/info")]
    [InlineData("/csc/v1/info/", "/csc/v1/info")]
    [InlineData("/", "/")]
    [InlineData("//", "/")]
    public void Slashes_are_counted_once(string path, string expected)
        => Assert.Equal(expected, CscPath.Normalize(path));
}
