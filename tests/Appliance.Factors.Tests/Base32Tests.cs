using System.Text;

namespace Appliance.Factors.Tests;

public sealed class Base32Tests
{
    public static TheoryData<string, string> Rfc4648Section10 { get; } = new()
    {
        { "", "" },
        { "f", "MY======" },
        { "fo", "MZXQ====" },
        { "foo", "MZXW6===" },
        { "foob", "MZXW6YQ=" },
        { "fooba", "MZXW6YTB" },
        { "foobar", "MZXW6YTBOI======" },
    };

    [Theory]
    [MemberData(nameof(Rfc4648Section10))]
    public void Encodes_and_decodes_the_vectors_of_RFC_4648(string plain, string encoded)
    {
        var bytes = Encoding.ASCII.GetBytes(plain);

        Assert.Equal(encoded, Base32.Encode(bytes, padding: true));
        Assert.Equal(encoded.TrimEnd('='), Base32.Encode(bytes));
        Assert.Equal(bytes, Base32.Decode(encoded));
        Assert.Equal(bytes, Base32.Decode(encoded.TrimEnd('=')));
    }

    [Fact]
    public void Decodes_what_a_person_types_in_groups_and_lower_case()
        => Assert.Equal(Base32.Decode("JBSWY3DPEHPK3PXP"), Base32.Decode("jbsw y3dp-ehpk 3pxp"));

    [Fact]
    public void Every_length_comes_back_as_it_went_in()
    {
        for (var length = 0; length <= 65; length++)
        {
            var bytes = Enumerable.Range(0, length).Select(i => (byte)(((i * 37) + 200) % 256)).ToArray();
            Assert.Equal(bytes, Base32.Decode(Base32.Encode(bytes)));
            Assert.Equal(bytes, Base32.Decode(Base32.Encode(bytes, padding: true)));
        }
    }

    [Theory]
    [InlineData("M")]
    [InlineData("MZX")]
    [InlineData("MZXW6Y")]
    [InlineData("MZ")]
    [InlineData("MY=A")]
    [InlineData("MZXW0YTB")]
    [InlineData("MZXW1YTB")]
    [InlineData("MZXWéYTB")]
    public void Text_that_is_not_Base32_is_a_format_error(string text)
        => Assert.Throws<FormatException>(() => Base32.Decode(text));

    [Fact]
    public void Text_without_end_is_refused()
        => Assert.Throws<FormatException>(() => Base32.Decode(new string('A', 1_000_000)));
}
