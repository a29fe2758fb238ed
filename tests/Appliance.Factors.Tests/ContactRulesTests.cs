namespace Appliance.Factors.Tests;

public sealed class ContactRulesTests
{
    [Theory]
    [InlineData("ion@example.ro")]
    [InlineData("ion.pop+semn@mail.example.ro")]
    [InlineData("ion@localhost")]
    [InlineData("ștefan@exämple.ro")]
    [InlineData("a!#$%&'*+-/=?^_`{|}~b@example.ro")]
    public void An_address_is_one(string text) => Assert.Null(ContactRules.CheckEmail(text));

    [Theory]
    [InlineData("")]
    [InlineData("ion")]
    [InlineData("@example.ro")]
    [InlineData("ion@")]
    [InlineData("ion@example..ro")]
    [InlineData(".ion@example.ro")]
    [InlineData("ion pop@example.ro")]
    [InlineData("\"ion pop\"@example.ro")]
    [InlineData("ion@[127.0.0.1]")]
    [InlineData("ion@-example.ro")]
    [InlineData("ion@example.ro\r\nRCPT TO:<x@example.ro>")]
    [InlineData("<ion@example.ro>")]
    [InlineData("ion@example.ro,ana@example.ro")]
    [InlineData("ion\u202e@example.ro")]
    [InlineData("ion\u00a0@example.ro")]
    [InlineData("ion\ud800@example.ro")]
    public void What_is_no_address_is_refused(string text) => Assert.NotNull(ContactRules.CheckEmail(text));

    [Fact]
    public void Lengths_are_counted_in_octets()
    {
        var host = string.Join('.', Enumerable.Repeat(new string('h', 46), 4)) + "hh";
        Assert.Null(ContactRules.CheckEmail(new string('n', 64) + "@" + host));
        Assert.NotNull(ContactRules.CheckEmail(new string('n', 65) + "@example.ro"));
        Assert.NotNull(ContactRules.CheckEmail(new string('ș', 33) + "@example.ro"));
        Assert.NotNull(ContactRules.CheckEmail(new string('n', 64) + "@" + host + "h"));
        Assert.NotNull(ContactRules.CheckEmail("n@" + new string('h', 64)));
    }

    [Theory]
    [InlineData("+40721123456", true)]
    [InlineData("+123456789012345", true)]
    [InlineData("+1234567890123456", false)]
    [InlineData("+123456", false)]
    [InlineData("+0721123456", false)]
    [InlineData("0721123456", false)]
    [InlineData("+40 721 123 456", false)]
    [InlineData("+40721123456\n", false)]
    [InlineData("+4072112345٣", false)]
    public void A_number_is_in_E164(string text, bool isOne)
        => Assert.Equal(isOne, ContactRules.CheckPhone(text) is null);

    [Fact]
    public void A_contact_is_trimmed_and_empty_parts_are_none()
    {
        Assert.True(ContactRules.TryRead(" ion@example.ro ", "", null, out var contact, out _));
        Assert.Equal(new Contact("ion@example.ro", null, "en"), contact);
        Assert.False(ContactRules.TryRead(null, null, "RO", out _, out var reason));
        Assert.Contains("small letters", reason, StringComparison.Ordinal);
    }
}
