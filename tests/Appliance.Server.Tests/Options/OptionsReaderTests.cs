using Appliance.Server.Admin;
using Appliance.Server.Options;
using Microsoft.Extensions.Configuration;

namespace Appliance.Server.Tests.Options;

public sealed class OptionsReaderTests
{
    private static readonly KeyValuePair<string, string?>[] s_good =
    [
        new("Store:Path", "store.db"),
        new("Token:Module", "module.so"),
        new("Token:Token", "demo"),
        new("Token:PinFile", "pin"),
    ];

    [Fact]
    public void The_least_that_works_takes_the_defaults()
    {
        var options = Read();

        Assert.Equal("http://127.0.0.1:8080", options.Listen.Rest);
        Assert.True(options.Listen.Reflection);
        Assert.Equal(3_600, options.Signing.SadLifetimeSeconds);
        Assert.Equal(24, options.Signing.OutcomeHours);
        Assert.Equal(1, options.Totp.Window);
        Assert.Equal(4_096, options.Limits.CallsInFlight);
    }

    [Fact]
    public void A_path_that_no_socket_can_have_is_told_with_what_to_set()
    {
        var longest = "/" + new string('s', AdminSocketPath.MaxBytes - 1);
        Assert.Equal(longest, AdminSocketPath.Of(Read(new KeyValuePair<string, string?>("Admin:Socket", longest))));

        var error = Assert.Throws<OptionsException>(
            () => Read(new KeyValuePair<string, string?>("Store:Path", longest)));

        Assert.StartsWith("Admin:Socket:", Assert.Single(error.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_error_is_told_at_once()
    {
        var error = Assert.Throws<OptionsException>(() => OptionsReader.Read(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Totp:Window", "2"), new("Listen:Rest", "localhost"), new("Sgining:X", "1")])
            .Build()));

        foreach (var name in new[]
        {
            "Store:Path", "Token:Module", "Token:Token", "Token:PinFile", "Totp:Window", "Listen:Rest", "Sgining",
        })
        {
            Assert.Contains(error.Errors, line => line.StartsWith(name, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Totp:Window", "-1")]
    [InlineData("Totp:Window", "one")]
    [InlineData("Totp:Windows", "1")]
    [InlineData("Totp:Issuer", "a:b")]
    [InlineData("Token:Dispatch", "both")]
    [InlineData("Token:PinEnvironment", "PIN")]
    [InlineData("Listen:Rest", "http://0.0.0.0:8080")]
    [InlineData("Listen:Rest", "http://127.0.0.1")]
    [InlineData("Listen:Grpc", "https://127.0.0.1:8081")]
    [InlineData("Listen:Grpc", "http://127.0.0.1:8080")]
    [InlineData("Listen:AllowPlaintext", "maybe")]
    [InlineData("Listen:Reflection", "1")]
    [InlineData("Listen:Proxies", "proxy.example.com")]
    [InlineData("Listen:Proxies", "10.0.0.0/33")]
    [InlineData("Listen:ProxyProtocol", "v2")]
    [InlineData("Listen:ProxyProtocol", "required")]
    [InlineData("Listen:ProxyHeaders", "x-real-ip")]
    [InlineData("Listen:ProxyHeaders", "client-cert")]
    [InlineData("Listen:ProxyTls", "true")]
    [InlineData("Listen:ProxyHeaderSeconds", "0")]
    [InlineData("Listen:ClientCertificates", "yes")]
    [InlineData("Listen:ClientCertificates", "required")]
    [InlineData("Listen:ClientCertificateRevocation", "soft")]
    [InlineData("Listen:ClientCertificateAuthorities", "/nowhere/ca.pem")]
    [InlineData("Signing:SadLifetimeSeconds", "86401")]
    [InlineData("Signing:OutcomeHours", "0")]
    [InlineData("Signing:OutcomeHours", "169")]
    [InlineData("Signing:OutcomeHours", "1.5")]
    [InlineData("Limits:CallsInFlight", "0")]
    [InlineData("Limits:Streams", "0")]
    [InlineData("Limits:StreamItems", "4097")]
    [InlineData("Limits:StreamItemsInWork", "65537")]
    [InlineData("Info:Region", "Romania")]
    [InlineData("Info:Logo", "logo.png")]
    [InlineData("Log:Level", "Loud")]
    [InlineData("Store", "store.db")]
    public void A_wrong_setting_is_refused_by_name(string name, string value)
    {
        var error = Assert.Throws<OptionsException>(() => Read(new KeyValuePair<string, string?>(name, value)));

        Assert.Contains(error.Errors, line => line.Contains(name, StringComparison.Ordinal)
            || (name.StartsWith("Listen:", StringComparison.Ordinal)
                && line.StartsWith("Listen:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Listen:Rest", "http://[::1]:8080")]
    [InlineData("Listen:Proxies", "10.1.0.0/16, 192.0.2.7, 2001:db8::/48")]
    [InlineData("totp:window", "0")]
    [InlineData("Listen:AllowPlaintext", "True")]
    public void Other_right_values_are_taken(string name, string value)
        => Assert.NotNull(Read(new KeyValuePair<string, string?>(name, value)));

    [Fact]
    public void Plaintext_beyond_loopback_is_a_choice_of_its_own()
        => Assert.Equal(
            "http://0.0.0.0:8080",
            Read(new("Listen:Rest", "http://0.0.0.0:8080"), new("Listen:AllowPlaintext", "true")).Listen.Rest);

    private static ApplianceOptions Read(params KeyValuePair<string, string?>[] settings)
        => OptionsReader.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(s_good)
            .AddInMemoryCollection(settings
                .GroupBy(setting => setting.Key, StringComparer.Ordinal)
                .Select(same => same.Last()))
            .Build());

    [Fact]
    public void Slots_have_names_and_what_Token_has()
    {
        var options = Read(
        [
            .. Slot("second"),
            new("Slots:second:Sessions", "3"),
            new("Slots:second:Parameters", "configdir='sql:/keys'"),
        ]);

        Assert.Equal("token,second", string.Join(',', options.AllSlots().Select(slot => slot.Key)));
        Assert.Equal(3, options.Slots["second"].Sessions);
        Assert.Equal("configdir='sql:/keys'", options.Slots["second"].Parameters);
        Assert.False(options.Slots["second"].IsHosted);
    }

    [Theory]
    [InlineData("Slots:second:Token", "")]
    [InlineData("Slots:second:PinEnvironment", "PIN")]
    [InlineData("Slots:second:Sessions", "1025")]
    [InlineData("Slots:second:Dispatch", "inline")]
    [InlineData("Slots:second:Hosting", "thread")]
    [InlineData("Slots:second:Profile", "acme")]
    [InlineData("Slots:second:AdaptiveConcurrency", "true")]
    [InlineData("Slots:second:Environment:P11_KIT_SERVER_ADDRESS", "unix:path=/run/p11")]
    [InlineData("Slots:second:Modul", "x")]
    public void A_slot_is_checked_as_the_token_is(string name, string value)
    {
        var error = Assert.Throws<OptionsException>(() => Read([.. Slot("second"), new(name, value)]));

        Assert.StartsWith("Slots:second:", Assert.Single(error.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Token")]
    [InlineData("a slot")]
    [InlineData("a234567890123456789012345678901234")]
    public void A_slot_needs_a_name_of_its_own(string name)
        => Assert.StartsWith(
            $"Slots:{name}:",
            Assert.Single(Assert.Throws<OptionsException>(() => Read([.. Slot(name)])).Errors),
            StringComparison.Ordinal);

    [Fact]
    public void A_library_that_is_loaded_once_has_one_text()
    {
        var error = Assert.Throws<OptionsException>(() => Read(
            [.. Slot("second"), new("Slots:second:Module", "module.so"), new("Slots:second:Parameters", "x")]));

        Assert.StartsWith("Slots:second:Parameters:", Assert.Single(error.Errors), StringComparison.Ordinal);
    }

    private static KeyValuePair<string, string?>[] Slot(string name) =>
    [
        new($"Slots:{name}:Module", "other.so"), new($"Slots:{name}:Token", "b"), new($"Slots:{name}:PinFile", "pin"),
    ];
}
