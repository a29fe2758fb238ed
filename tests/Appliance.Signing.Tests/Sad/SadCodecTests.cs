using System.Buffers.Text;
using System.Security.Cryptography;
using Appliance.Signing.Sad;

namespace Appliance.Signing.Tests.Sad;

public sealed class SadCodecTests
{
    private static readonly SadEnvelope s_envelope = new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.Empty, 2, 3, 1_795_000_000_000);

    private readonly SadCodec _codec = new(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public void A_sad_reads_back_as_it_was_issued()
    {
        var text = _codec.Encode(s_envelope);

        Assert.True(_codec.TryDecode(text, out var read));
        Assert.Equal(s_envelope, read);
        Assert.True(text.Length <= 1024);
        Assert.DoesNotContain('=', text);
    }

    [Fact]
    public void A_sad_with_any_bit_flipped_is_refused()
    {
        var bytes = Base64Url.DecodeFromChars(_codec.Encode(s_envelope));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(_codec.TryDecode(Base64Url.EncodeToString(bytes), out _), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(_codec.TryDecode(Base64Url.EncodeToString(bytes), out _));
    }

    [Fact]
    public void A_sad_of_another_installation_is_refused()
    {
        var other = new SadCodec(RandomNumberGenerator.GetBytes(32));

        Assert.False(_codec.TryDecode(other.Encode(s_envelope), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64url !")]
    public void What_is_no_sad_is_refused(string text) => Assert.False(_codec.TryDecode(text, out _));

    [Theory]
    [InlineData('!')]
    [InlineData('=')]
    [InlineData('+')]
    [InlineData('\u0103')]
    [InlineData('\ud800')]
    public void A_sad_of_the_right_length_in_foreign_characters_is_refused(char foreign)
    {
        var text = _codec.Encode(s_envelope);

        Assert.False(_codec.TryDecode(new string(foreign, text.Length), out _));
        Assert.False(_codec.TryDecode(string.Concat(text.AsSpan(1), [foreign]), out _));
    }

    [Fact]
    public void A_sad_with_something_around_it_is_refused()
    {
        var text = _codec.Encode(s_envelope);

        Assert.False(_codec.TryDecode(text + "=", out _));
        Assert.False(_codec.TryDecode(" " + text, out _));
        Assert.False(_codec.TryDecode(text.AsSpan(0, text.Length - 1), out _));
        Assert.False(_codec.TryDecode(text + text, out _));
    }
}
