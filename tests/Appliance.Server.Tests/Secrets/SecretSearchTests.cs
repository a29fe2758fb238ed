using System.Security.Cryptography;
using System.Text;

namespace Appliance.Server.Tests.Secrets;

/// <summary>A search that finds nothing proves nothing unless it finds what was put there.</summary>
public sealed class SecretSearchTests
{
    private readonly byte[] _planted = RandomNumberGenerator.GetBytes(20);

    public static TheoryData<string> Forms => ["raw", "hex", "HEX", "base64", "base64url"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_planted_secret_is_found_in_every_form(string form)
    {
        for (var before = 0; before < 6; before++)
        {
            byte[] together = [.. RandomNumberGenerator.GetBytes(before), .. _planted, 1, 2, 3];
            var data = form switch
            {
                "raw" => together,
                "hex" => Ascii(Convert.ToHexStringLower(together)),
                "HEX" => Ascii(Convert.ToHexString(together)),
                "base64" => Ascii(Convert.ToBase64String(together)),
                _ => Ascii(Convert.ToBase64String(together).Replace('+', '-').Replace('/', '_').TrimEnd('=')),
            };

            Assert.NotEmpty(Searched().Find("here", data));
        }
    }

    [Fact]
    public void A_text_is_found_as_utf_16()
    {
        var search = new SecretSearch();
        search.Add("password", "correct horse");

        Assert.NotEmpty(search.Find("here", Encoding.Unicode.GetBytes("the password is correct horse.")));
    }

    [Fact]
    public void What_is_not_there_is_not_found()
        => Assert.Empty(Searched().Find("here", RandomNumberGenerator.GetBytes(1_000_000)));

    [Theory]
    [InlineData("code 123456.", 1)]
    [InlineData("at 1761234567", 0)]
    [InlineData("1761234567 123456", 1)]
    public void A_code_counts_where_it_stands_alone(string text, int found)
    {
        var search = new SecretSearch();
        search.Add("code", "123456");

        Assert.Equal(found, search.Find("here", Ascii(text)).Count);
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private SecretSearch Searched()
    {
        var search = new SecretSearch();
        search.Add(new Secret("planted", _planted));
        return search;
    }
}
