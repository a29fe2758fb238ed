namespace Appliance.Factors.Tests;

public sealed class TotpEnrolmentTests
{
    private static readonly byte[] s_hello = [(byte)'H', (byte)'e', (byte)'l', (byte)'l', (byte)'o', (byte)'!',
        0xDE, 0xAD, 0xBE, 0xEF];

    [Fact]
    public void The_URI_follows_the_Key_Uri_Format()
    {
        using var enrolment = Enrolment("ACME Co", "john.doe@email.com");

        Assert.Equal(
            "otpauth://totp/ACME%20Co:john.doe%40email.com?secret=JBSWY3DPEHPK3PXP&issuer=ACME%20Co"
            + "&algorithm=SHA1&digits=6&period=30",
            enrolment.Uri());
    }

    [Fact]
    public void Names_that_would_break_the_URI_are_percent_encoded()
    {
        using var enrolment = Enrolment("Țara & Co?", "a/b&secret=c#d e+f");

        var uri = new Uri(enrolment.Uri());
        Assert.Equal("otpauth", uri.Scheme);
        Assert.Equal("totp", uri.Host);
        Assert.Equal("/Țara & Co?:a/b&secret=c#d e+f", Uri.UnescapeDataString(uri.AbsolutePath));
        Assert.Equal(
            ["secret=JBSWY3DPEHPK3PXP", "issuer=%C8%9Aara%20%26%20Co%3F", "algorithm=SHA1", "digits=6", "period=30"],
            uri.Query.TrimStart('?').Split('&'));
    }

    [Fact]
    public void Other_parameters_are_named_in_the_URI()
    {
        using var enrolment = new TotpEnrolment(
            Guid.Empty, s_hello.ToArray(), "a", new() { Algorithm = TotpAlgorithm.Sha512, Digits = 8, Period = 60 });

        Assert.EndsWith("&algorithm=SHA512&digits=8&period=60", enrolment.Uri(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_secret_text_is_unpadded_Base32_and_disposal_zeroes_the_secret()
    {
        var enrolment = Enrolment("ACME", "a");
        Assert.Equal("JBSWY3DPEHPK3PXP", enrolment.SecretText());

        enrolment.Dispose();
        Assert.True(enrolment.Secret.IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Wrong_options_are_all_named_at_once()
    {
        var options = new TotpOptions
        {
            Issuer = "a:b",
            Window = 2,
            Digits = 5,
            Period = 1,
            Algorithm = (TotpAlgorithm)9,
        };

        Assert.Equal(5, options.Validate().Count);
        Assert.Empty(new TotpOptions().Validate());
        Assert.Throws<ArgumentException>(() => new TotpFactors(new byte[32], options, TimeProvider.System));
        Assert.Throws<ArgumentException>(() => new TotpFactors(new byte[16], new(), TimeProvider.System));
    }

    private static TotpEnrolment Enrolment(string issuer, string account)
        => new(Guid.Empty, s_hello.ToArray(), account, new() { Issuer = issuer });
}
