using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Tests.Timestamps;

namespace Appliance.Server.Tests.Commands;

public sealed class TimestampUnitCommandTests
{
    private const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    [Fact]
    public async Task A_unit_gets_a_key_and_a_certificate_for_time_stamping_alone()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        var file = installation.PathOf("unit.pem");

        var made = await installation.JsonAsync(
            "timestamp unit create night --algorithm p-384 --years 6 --key-years 2 --subject-country SK "
            + $"--subject-organisation Time --subject-organisation-id VATSK-1 --subject-name Night --out {file}");

        Assert.Equal(("night", "tsa night", "P-384"), (made.Text("unit"), made.Text("key"), made.Text("algorithm")));
        Assert.Equal(made.Text("chainPem"), await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(made.Text("chainPem"));
        Assert.Equal(2, chain.Count);
        Assert.Matches("^CN=Night, [^,]+=VATSK-1, O=Time, C=SK$", chain[0].Subject);
        Assert.Equal(chain[1].Subject, chain[0].Issuer);
        var purpose = Assert.Single(chain[0].Extensions.OfType<X509EnhancedKeyUsageExtension>());
        Assert.True(purpose.Critical);
        Assert.Equal(TimeStamping, Assert.Single(purpose.EnhancedKeyUsages.Cast<Oid>()).Value);
        var usage = Assert.Single(chain[0].Extensions.OfType<X509KeyUsageExtension>());
        Assert.Equal((true, X509KeyUsageFlags.DigitalSignature), (usage.Critical, usage.KeyUsages));
        Assert.Single(chain[0].Extensions.OfType<X509SubjectKeyIdentifierExtension>());
        Assert.Single(chain[0].Extensions.OfType<X509AuthorityKeyIdentifierExtension>());
        Assert.Equal(6, chain[0].NotAfter.Year - chain[0].NotBefore.Year, tolerance: 1);
        var text = OpenSsl.Run("x509", "-in", file, "-noout", "-ext", "privateKeyUsagePeriod,extendedKeyUsage");
        Assert.Contains("Private Key Usage Period", text, StringComparison.Ordinal);
        Assert.Contains("Not After", text, StringComparison.Ordinal);
        var record = Assert.Single((await installation.JsonAsync("audit show --event timestamp.unit-changed"))
            .EnumerateArray());
        Assert.Contains("night: P-384 key " + made.Text("keyId"), record.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_certificate_goes_to_the_output_where_no_file_is_named()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();

        var said = (await installation.RunAsync("timestamp unit create day --algorithm P-256")).Succeeded().Output;

        using var unit = X509Certificate2.CreateFromPem(said);
        Assert.Contains("CN=TSU day", unit.Subject, StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", said, StringComparison.Ordinal);
        Assert.EndsWith("-----END CERTIFICATE-----\n", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RSA-2048")]
    [InlineData("P-256")]
    public async Task A_request_for_another_ca_is_signed_by_the_key_and_asks_for_the_purpose(string algorithm)
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        var file = installation.PathOf("request.pem");

        (await installation.RunAsync($"timestamp unit create day --algorithm {algorithm} --csr --out {file}"))
            .Succeeded();

        var text = OpenSsl.Run("req", "-in", file, "-verify", "-noout", "-text");
        Assert.Contains("verify OK", text, StringComparison.Ordinal);
        Assert.Contains("X509v3 Extended Key Usage: critical", text, StringComparison.Ordinal);
        Assert.Contains("Time Stamping", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_there_stays_and_its_file_too()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        var file = installation.PathOf("unit.pem");
        var command = $"timestamp unit create day --algorithm P-256 --out {file}";
        (await installation.RunAsync(command)).Succeeded();
        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        (await installation.RunAsync(command)).Failed("has a key \"tsa day\" already");

        Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        (await installation.RunAsync(command + "2 --key other")).Succeeded();
    }

    [Theory]
    [InlineData("day --algorithm P-521", "RSA, P-256 or P-384")]
    [InlineData("day --algorithm DSA", "no key algorithm")]
    [InlineData("Day --algorithm P-256", "no name of a unit")]
    [InlineData("day --algorithm P-256 --years 16", "1 to 15 years")]
    [InlineData("day --algorithm P-256 --years 3 --key-years 4", "1 to 3 years")]
    [InlineData("day --algorithm P-256 --subject-country Romania", "two capital letters")]
    [InlineData("day --algorithm P-256 --out /nowhere/unit.pem", "/nowhere")]
    public async Task A_wrong_order_makes_no_key(string order, string because)
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();

        (await installation.RunAsync($"timestamp unit create {order}")).Failed(because);

        (await installation.RunAsync("timestamp unit create day --algorithm P-256")).Succeeded();
    }

    [Fact]
    public async Task Before_init_only_a_request_can_be_made()
    {
        using var installation = new Installation();

        (await installation.RunAsync("timestamp unit create day --algorithm P-256")).Failed("appliance init");
    }
}
