namespace Appliance.Factors.Tests;

public sealed class PasswordPolicyTests
{
    [Theory]
    [InlineData("12345678")]
    [InlineData("correct horse battery staple")]
    [InlineData("parolă țară")]
    public void A_good_password_has_no_reason_against_it(string password)
        => Assert.Empty(PasswordPolicy.Check(password, "ion@example.ro"));

    [Theory]
    [InlineData("", "at least 8")]
    [InlineData("1234567", "at least 8")]
    [InlineData("1234567\n8", "control character")]
    [InlineData("aaaaaaaaaa", "repeated")]
    [InlineData("ION@example.ro", "user name")]
    public void A_bad_password_is_told_why(string password, string reason)
        => Assert.Contains(
            PasswordPolicy.Check(password, "ion@example.ro"), r => r.Contains(reason, StringComparison.Ordinal));

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
        => Assert.Contains("Unicode", Assert.Single(PasswordPolicy.Check("broken\ud800 text")));

    [Fact]
    public void Length_counts_characters_not_code_units()
    {
        Assert.Empty(PasswordPolicy.Check(string.Concat(Enumerable.Repeat("😀🔑", 64))));
        Assert.Contains("too long", Assert.Single(PasswordPolicy.Check(string.Concat(Enumerable.Repeat("ab", 65)))));
        Assert.Contains("too long", Assert.Single(PasswordPolicy.Check(string.Concat(Enumerable.Repeat("ab", 999)))));
    }

    [Fact]
    public void Reasons_never_quote_the_password()
        => Assert.DoesNotContain(PasswordPolicy.Check("\tS3cret"), r => r.Contains("S3cret", StringComparison.Ordinal));
}
