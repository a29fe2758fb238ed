using Appliance.Server.Options;
using Microsoft.Extensions.Configuration;

namespace Appliance.Server.Tests.Options;

public sealed class NotifyRulesTests
{
    [Fact]
    public void Nothing_set_sends_nothing_and_is_right() => Assert.Empty(Errors());

    [Theory]
    [InlineData("Notify:Email", "mail")]
    [InlineData("Notify:Sms", "smtp")]
    [InlineData("Notify:Concurrency", "0")]
    [InlineData("Notify:TimeoutSeconds", "121")]
    [InlineData("Notify:Templates", "/nowhere/templates")]
    [InlineData("Notify:CertificateAuthorities", "/nowhere/ca.pem")]
    public void What_is_wrong_is_named(string name, string value)
        => Assert.StartsWith(name + ":", Assert.Single(Errors((name, value))), StringComparison.Ordinal);

    [Fact]
    public void Each_way_out_asks_for_what_it_needs()
    {
        Assert.Equal(
            ["Notify:SmtpHost", "Notify:SmtpFrom"], Names(Errors(("Notify:Email", "smtp"))));
        Assert.Equal(
            ["Notify:WebhookUrl", "Notify:WebhookSecretFile"], Names(Errors(("Notify:Sms", "webhook"))));
        Assert.Equal(["Notify:SpoolFolder"], Names(Errors(("Notify:Email", "spool"))));
    }

    [Theory]
    [InlineData("mail.example.ro", "Notify:SmtpTls")]
    [InlineData("127.0.0.1", null)]
    [InlineData("localhost", null)]
    public void Mail_goes_in_clear_to_this_machine_only(string host, string? fault)
        => Assert.Equal(
            fault,
            Names(Errors(
                ("Notify:Email", "smtp"),
                ("Notify:SmtpHost", host),
                ("Notify:SmtpFrom", "semnare@example.ro"),
                ("Notify:SmtpTls", "none"))).SingleOrDefault());

    [Theory]
    [InlineData("http://hook.example/notices")]
    [InlineData("https://user:secret@hook.example/notices")]
    [InlineData("ftp://hook.example/notices")]
    public void A_webhook_is_https_and_has_no_secret_in_its_address(string url)
    {
        var error = Assert.Single(Errors(
            ("Notify:Sms", "webhook"), ("Notify:WebhookUrl", url), ("Notify:WebhookSecretFile", "/dev/null")));
        Assert.StartsWith("Notify:WebhookUrl:", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(List<string> errors) => errors.Select(error => error.Split(": ")[0]);

    private static List<string> Errors(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Store:Path"] = "store.db", ["Token:Module"] = "m.so", ["Token:Token"] = "t", ["Token:PinFile"] = "pin",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        try
        {
            OptionsReader.Read(
                new ConfigurationBuilder().AddInMemoryCollection(all).Build());
            return [];
        }
        catch (OptionsException error)
        {
            return [.. error.Errors];
        }
    }
}
