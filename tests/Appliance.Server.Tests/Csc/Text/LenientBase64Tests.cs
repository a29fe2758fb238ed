using System.Text;
using Appliance.Server.Csc.Text;

namespace Appliance.Server.Tests.Csc.Text;

public sealed class LenientBase64Tests
{
    private static readonly byte[] s_bytes = [0xFB, 0xFF, 0xBE, 0x01];

    [Theory]
    [InlineData("+/++AQ==")]
    [InlineData("+/++AQ")]
    [InlineData("-_--AQ==")]
    [InlineData("-_--AQ")]
    [InlineData("%2B%2F%2B%2BAQ%3D%3D")]
    [InlineData("%2b%2f++AQ")]
    [InlineData("-_%2B+AQ%3d=")]
    public void All_spellings_are_the_same_bytes(string text)
    {
        Assert.True(LenientBase64.TryDecode(text, out var bytes));
        Assert.Equal(s_bytes, bytes);
        Assert.True(LenientBase64.TryDecode(Encoding.ASCII.GetBytes(text), out bytes));
        Assert.Equal(s_bytes, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("A*==")]
    [InlineData("+/++%")]
    [InlineData("+/++%2")]
    [InlineData("+/++%zz")]
    [InlineData("+/=+AQ==")]
    [InlineData("ăîșț")]
    [InlineData("DUMMY_HASH!")]
    public void What_is_no_Base64_is_refused(string text)
    {
        Assert.False(LenientBase64.TryDecode(text, out var bytes));
        Assert.Empty(bytes);
    }

    [Fact]
    public void Every_length_round_trips_in_both_alphabets()
    {
        for (var length = 1; length <= 600; length++)
        {
            var bytes = new byte[length];
            for (var i = 0; i < length; i++)
            {
                bytes[i] = unchecked((byte)((i * 37) + length));
            }

            var standard = Convert.ToBase64String(bytes);
            foreach (var text in new[] { standard, standard.Replace('+', '-').Replace('/', '_').TrimEnd('=') })
            {
                Assert.True(LenientBase64.TryDecode(text, out var decoded));
                Assert.Equal(bytes, decoded);
            }
        }
    }
}
