namespace Appliance.Pkcs11.Tests;

public sealed class TokenSelectorTests
{
    [Theory]
    [InlineData("")]
    [InlineData("pkcs11:slot-id=0")]
    [InlineData("pkcs11:token=a;token=b")]
    [InlineData("pkcs11:token")]
    [InlineData("pkcs11:token=%zz")]
    [InlineData("pkcs11:token=%4")]
    [InlineData("pkcs11:token=%ff%fe")]
    [InlineData("pkcs11:token=a?pin-value=1234")]
    public void What_does_not_choose_a_token_is_refused(string text)
        => Assert.Throws<FormatException>(() => TokenSelector.Parse(text));

    [Fact]
    public void A_pin_in_a_uri_is_not_repeated_in_the_error()
    {
        var error = Assert.Throws<FormatException>(() => TokenSelector.Parse("pkcs11:token=a?pin-value=13579"));
        Assert.DoesNotContain("13579", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_selectors_are_refused()
        => Assert.Throws<FormatException>(() => TokenSelector.Parse(new string('x', 1025)));
}
